// Fills the page's form from what the LMS keeps for us, and sends it; see lms_ext.web.carrying.
{
  const form = document.getElementById("jalan");
  const rest = [...document.querySelectorAll("main > *")].filter((one) => one !== form);
  const { origin, target, need } = form.dataset;
  const { get, put } = JSON.parse(form.dataset.wishes);
  const show = (going) => { for (const one of rest) one.hidden = going; form.hidden = !going; };
  const fill = async () => {
    if (!put.length && !need) return;
    const { open } = await import("./storage.js");
    const storage = await open(origin, target);
    await Promise.allSettled([
      ...put.map(([key, value]) => storage.put(key, value)),
      ...Object.entries(get).map(async ([name, key]) => { form.elements[name].value = await storage.get(key); }),
    ]);
  };
  let sent;
  const end = () => {
    if (need && !form.elements[need].value) show();
    else if (!sent) { sent = true; form.submit(); }
  };
  show(true);
  setTimeout(end, 2500);
  fill().catch(() => {}).then(end);
}
