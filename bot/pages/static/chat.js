// The chat page, made better: after an answer the focus goes to the newest question; what comes by itself is announced
// and steals no focus. Everything works without this file too.
(() => {
  "use strict";
  const news = document.getElementById("news");
  const trouble = document.getElementById("trouble");
  let known = ids();
  let answering = false;

  function ids() {
    return new Set([...document.querySelectorAll("#list [data-id]")].map((one) => one.dataset.id));
  }

  function text(exchange) {
    const bubble = exchange.querySelector(".bubble");
    return bubble ? bubble.innerText.replace(/\s+/g, " ").trim() : "";
  }

  // Says only what is new, once; what has the focus is read anyway.
  function announce(fresh, focused) {
    const said = fresh.filter((one) => one !== focused).map(text).filter(Boolean).join(" ");
    if (news && said) news.textContent = `${news.dataset.new} ${said}`;
  }

  function shown() {
    const exchanges = [...document.querySelectorAll("#list [data-id]")];
    const fresh = exchanges.filter((one) => !known.has(one.dataset.id));
    known = ids();
    if (!answering) {
      announce(fresh, null);
      return;
    }
    answering = false;
    const field = document.querySelector("#text[aria-invalid]");
    if (field) {
      field.focus();
      return;
    }
    const asking = fresh.filter((one) => one.querySelector(".asking"));
    const goal = asking.at(-1) || fresh.at(-1);
    if (!goal) return;
    announce(fresh, goal);
    const bubble = goal.querySelector(".bubble");
    bubble.focus({ preventScroll: true });
    goal.scrollIntoView({ block: fresh.length > 1 ? "nearest" : "center" });
  }

  if (document.getElementById("list")) {
    document.body.addEventListener("htmx:beforeRequest", (event) => {
      if (event.detail.requestConfig.verb !== "post") {
        // The answer under way brings what is new itself; two changes at once would pull buttons from under a finger.
        if (answering) event.preventDefault();
      } else {
        answering = true;
        if (trouble) trouble.textContent = "";
        if (news) news.textContent = "";
      }
    });
    // What stays on its place when several things can be chosen keeps the focus where it was.
    let pressed = "";
    document.body.addEventListener("htmx:beforeSwap", (event) => {
      const active = document.activeElement;
      pressed = active && active.matches(".toggle") ? active.textContent.trim() : "";
      if (event.detail.target && event.detail.target.id === "trouble") answering = false;
    });
    document.body.addEventListener("htmx:afterSettle", () => {
      shown();
      if (pressed) {
        const again = [...document.querySelectorAll(".toggle")].find((one) => one.textContent.trim() === pressed);
        if (again && document.activeElement === document.body) again.focus();
      }
    });
    for (const failure of ["htmx:sendError", "htmx:timeout"]) {
      document.body.addEventListener(failure, (event) => {
        answering = false;
        if (!trouble || event.detail.requestConfig.verb !== "post") return;
        const told = document.createElement("p");
        told.className = "notice bad";
        told.textContent = trouble.dataset.offline;
        trouble.replaceChildren(told);
      });
    }
    const newest = document.getElementById("newest");
    if (newest && location.hash !== "#newest") newest.parentElement.scrollIntoView({ block: "center" });
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    button.parentElement.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      await navigator.clipboard.writeText(field.value);
      document.getElementById("copied").textContent = button.dataset.copied;
    });
  }
})();
