// In a frame: go on when the browser keeps our cookie, else leave only the way through a new tab.
const go = document.getElementById("lanjut");
if (document.cookie.includes("lxt=1")) {
  location.replace(go.href);
} else {
  go.remove();
  document.getElementById("baru").classList.replace("btn-secondary", "btn-primary");
}
