// In a frame: go on when the browser keeps our cookie, else leave only the way through a new tab. Without scripts both ways stay.
{
  const kept = document.cookie.includes("lxt=1");
  document.getElementById(kept ? "buntu" : "jalan").remove();
  if (kept) location.replace(document.getElementById("lanjut").href);
}
