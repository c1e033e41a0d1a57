// Small comforts for those with JavaScript; every page does the same work without it.
"use strict";
(() => {
  const all = (what) => document.querySelectorAll(what);
  for (const one of all("[data-with-keys], [data-copy], [data-print]")) one.hidden = false;

  // One key chooses within a group of choices, while the focus is in it (WCAG 2.1.4).
  for (const group of all("[data-keys]")) {
    group.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.type !== "radio") return;
      const wanted = CSS.escape(event.key.toLowerCase());
      const choice = event.key.length === 1 && group.querySelector(`[data-key="${wanted}"] input`);
      if (!choice) return;
      choice.checked = true;
      choice.focus();
      event.preventDefault();
    });
  }

  // Esc goes on, or back.
  document.addEventListener("keydown", (event) => {
    const way = event.key === "Escape" && document.querySelector("a[data-escape]");
    if (way) location.assign(way.href);
  });

  // The start keeps up with the clock until somebody writes another.
  for (const form of all("form[data-now]")) {
    const day = form.elements.day, time = form.elements.time, at = Number(form.dataset.now), opened = Date.now();
    const local = (moment) => new Date(moment).toLocaleString("sv-SE", { timeZone: form.dataset.zone }).split(" ");
    const shown = local(at);
    if (day.value !== shown[0] || time.value !== shown[1].slice(0, 5)) continue;
    let touched = false;
    for (const input of [day, time]) input.addEventListener("input", () => { touched = true; });
    const keepUp = () => {
      if (touched) return;
      const now = local(at + Date.now() - opened);
      day.value = now[0];
      time.value = now[1].slice(0, 5);
    };
    setInterval(keepUp, 15000);
    form.addEventListener("submit", keepUp);
  }

  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy");  // where the page is not served by https
      }
      button.textContent = button.dataset.done;
    });
  }

  for (const button of all("[data-print]")) button.addEventListener("click", () => print());

  for (const box of all("input[data-all]")) {
    box.addEventListener("change", () => {
      for (const one of box.form.querySelectorAll("input[data-one]")) one.checked = box.checked;
    });
  }

  // A file is dropped where it could be chosen.
  for (const zone of all("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const over = (event, is) => { event.preventDefault(); zone.classList.toggle("over", is); };
    zone.addEventListener("dragover", (event) => over(event, true));
    zone.addEventListener("dragleave", (event) => over(event, false));
    zone.addEventListener("drop", (event) => {
      over(event, false);
      if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  }

  // How far something long has come; the page is opened again when it is done.
  for (const place of all("[data-poll]")) {
    const look = async () => {
      const told = await fetch(place.dataset.poll, { credentials: "same-origin" });
      if (!told.ok) return;
      const { text, done, of, over } = await told.json();
      if (over) { location.reload(); return; }
      place.querySelector("[data-text]").textContent = text;
      Object.assign(place.querySelector("progress"), { value: done, max: of });
      setTimeout(look, 700);
    };
    setTimeout(look, 700);
  }
})();
