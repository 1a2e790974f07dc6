/*
 * Pejl — files on their way in: a form that takes its time says so and is sent
 * once, a file that is too large is told before it is sent, and the page of a
 * file that is being applied shows how far it is. Without this file the forms
 * do the same, and the page comes when all is done.
 */
(() => {
  "use strict";

  const EVERY_MS = 1000;

  /* ------------------------------------------------------ sent, and once -- */
  const buttons = (form) => [...form.querySelectorAll("button")];
  const rest = (form) => {
    delete form.dataset.sent;
    for (const button of buttons(form)) {
      button.disabled = false;
      if (button.dataset.said) button.textContent = button.dataset.said;
      delete button.dataset.said;
    }
  };
  const say = (text) => {
    const place = document.querySelector("[data-said][role='status']");
    if (place) place.textContent = text;
  };
  const busy = (form, pressed) => {
    for (const button of buttons(form)) button.disabled = true;
    pressed.dataset.said = pressed.textContent;
    pressed.textContent = form.dataset.busy;
    say(form.dataset.busy);
  };
  const sending = (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.busy === undefined) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    const named = event.submitter?.matches(".vh") ? `[value="${event.submitter.value}"]:not(.vh)` : null;
    const pressed = (named ? form.querySelector(named) : event.submitter) ?? form.querySelector("button:not(.vh)");
    // After the browser has gathered what it sends: a button that is off is left out.
    setTimeout(() => busy(form, pressed));
    if (form.dataset.showsWay !== undefined) watch(true);
  };

  /* -------------------------------------------------------- what is chosen -- */
  const measure = ({ target }) => {
    const form = target instanceof HTMLInputElement && target.type === "file" ? target.form : null;
    if (form?.dataset.most === undefined) return;
    const size = target.files[0]?.size ?? 0;
    target.setCustomValidity(size > Number(form.dataset.most) ? form.dataset.larger : "");
    target.reportValidity();
  };

  /* ------------------------------------------------------------ how far -- */
  const place = () => document.querySelector("[data-way]");
  let timer = 0;

  const paint = (way, told) => {
    const bar = way.querySelector("progress");
    if (told.done === null) return;
    bar.max = Math.max(told.total, 1);
    // How long the writing takes nobody knows beforehand: the bar only says that it goes on.
    if (told.done < told.total) bar.value = told.done;
    else bar.removeAttribute("value");
    way.querySelector("p").textContent = told.said;
  };
  /* Where the form was sent from here its own answer comes; elsewhere the page is loaded again at the end. */
  const ask = async (own) => {
    const way = place();
    let told = null;
    try {
      const answer = await fetch(way.dataset.way, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) told = await answer.json();
    } catch {
      // No answer this time: it is asked again.
    }
    if (told && !own && (told.applied || told.done === null)) {
      location.reload();
      return;
    }
    if (told) paint(way, told);
    timer = setTimeout(() => ask(own), EVERY_MS);
  };
  const watch = (own) => {
    const way = place();
    if (!way) return;
    way.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => ask(own), EVERY_MS / 2);
  };

  document.addEventListener("submit", sending);
  document.addEventListener("change", measure);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[data-sent]")) rest(form);
  });
  const way = place();
  if (way && !way.hidden) watch(false);
})();
