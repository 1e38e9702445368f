"use strict";
for (const form of document.querySelectorAll("form[data-submit-now]")) form.submit();
