// Tells the LMS that registration is over (Dynamic Registration 1.0). It listens in the window that opened this one or around it.
// The message says nothing but "close", so any origin may hear it.
function close() {
  for (const other of [window.opener, window.parent]) {
    if (other && other !== window) other.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
  }
}
document.querySelector("[data-close]").addEventListener("click", () => {
  close();
  if (window.opener) window.close();
});
close();
