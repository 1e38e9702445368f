// In a frame: go on when the browser keeps our cookie, else leave only the way through a new tab. Without scripts both ways stay.
const open = document.cookie.includes("lxt=1");
document.getElementById(open ? "buntu" : "jalan").remove();
if (open) location.replace(document.getElementById("lanjut").href);
