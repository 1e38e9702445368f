// Posts the page's one form at once. After "back" the page comes from the browser's memory, where modules do not run again.
document.getElementById("kirim").submit();
