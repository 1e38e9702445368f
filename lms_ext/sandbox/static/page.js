"use strict";
document.documentElement.classList.add("js");
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).value);
    button.querySelector("span").textContent = button.dataset.copied;
  });
}
// The height a tool asks for, as Canvas and others take it (lti.frameResize).
window.addEventListener("message", (event) => {
  const frame = document.querySelector("iframe.launch-frame");
  if (!frame || event.source !== frame.contentWindow) return;
  let data = event.data;
  try { if (typeof data === "string") data = JSON.parse(data); } catch { return; }
  if (data && data.subject === "lti.frameResize" && Number(data.height) > 0) frame.height = Math.min(Number(data.height), 20000);
});
