/*
 * Pejl — what the browser adds. No page needs this file to be read or sent:
 * it holds the theme switch, the keyboard paths and the menus that close
 * themselves. Every number is worked out on the server.
 */
(() => {
  "use strict";

  const root = document.documentElement;
  const CHORD_MS = 1200;

  /* ---------------------------------------------------------------- theme -- */
  // Cookies, so that the server paints the page right from the first byte.
  const remembered = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.split("=")[1];
  const remember = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax`;
  };
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const paintSwitches = () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.setAttribute("aria-pressed", String(isDark()));
    }
  };
  const chosen = remembered("theme");
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  root.classList.add("js");

  /* ----------------------------------------------------------- the keyboard -- */
  const FIELDS = "input, textarea, select, [contenteditable]:not([contenteditable='false'])";
  const inField = (target) => target instanceof Element && target.closest(FIELDS) !== null;
  const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;
  const openDialog = () => document.querySelector("dialog[open]");
  let chord = 0;

  const follow = (key) => {
    const link = document.querySelector(`[data-key="${key}"]`);
    link?.click();
    return link !== null;
  };
  const showKeys = () => {
    const dialog = document.querySelector("dialog#keys");
    dialog?.showModal();
    return dialog !== null;
  };
  const paintKeys = () => {
    for (const button of document.querySelectorAll("[data-keys-toggle]")) {
      button.textContent = root.dataset.keys === "off" ? button.dataset.on : button.dataset.off;
    }
  };
  const switchKeys = () => {
    root.dataset.keys = root.dataset.keys === "off" ? "on" : "off";
    remember("keys", root.dataset.keys);
    paintKeys();
  };
  if (remembered("keys") === "off") root.dataset.keys = "off";
  const goTo = (place) => { location.assign(place); return true; };

  const shortcut = (event) => {
    if (root.dataset.keys === "off" || event.defaultPrevented || event.repeat) return;
    if (hasModifier(event) || inField(event.target) || openDialog()) return;
    const afterG = Date.now() - chord < CHORD_MS;
    chord = 0;
    let done = false;
    if (afterG && event.key === "h") done = goTo("/");
    else if (afterG && event.key === "o") done = goTo("/goals");
    else if (event.key === "g") chord = Date.now();
    else if (event.key === "c" || event.key === "n") done = follow(event.key);
    else if (event.key === "?") done = showKeys();
    if (done) event.preventDefault();
  };

  /* Ctrl/Cmd+Enter sends the form one is writing in, or the only one that asks for it. */
  const send = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const wanted = "form#checkin, form[data-send]";
    const within = event.target instanceof Element ? event.target.closest("form") : null;
    const form = within ? (within.matches(wanted) ? within : null) : document.querySelector(wanted);
    if (!form || openDialog()?.contains(form) === false) return;
    event.preventDefault();
    form.requestSubmit();
  };

  /* ---------------------------------------------------------- the check-in -- */
  const ENTRY = "[name$='.value']:not([type='hidden']), [name$='.reached']:not(:disabled)";
  const firstField = (row) => row.querySelector(ENTRY) ?? row.querySelector("input[type='radio']:checked");
  let begun = null; // the pip that a 1 was just typed on: a 0 after it makes it 10

  const stepDown = (event, form, row) => {
    // Enter would send the form with the rest of the lines untouched; it walks on instead, to the button last.
    event.preventDefault();
    const rows = [...form.querySelectorAll("[data-checkin]")];
    const next = rows[rows.indexOf(row) + 1];
    const field = next ? firstField(next) : form.querySelector(".cifoot button");
    field?.focus();
    if (field?.matches("input:not([type='radio'], [type='checkbox'])")) field.select();
  };
  const pickConfidence = (event, row) => {
    const emptied = event.key === "Backspace" || event.key === "Delete";
    const wanted = emptied ? "" : event.key === "0" && begun === event.target ? "10" : event.key;
    const pip = [...row.querySelectorAll("input[type='radio']")].find((one) => one.value === wanted);
    if (!pip) return;
    event.preventDefault();
    pip.focus();
    pip.click();
    begun = wanted === "1" ? pip : null;
  };
  // A note is one line; Shift+Enter makes it more, and so does Enter where there is no Shift to hold.
  const goesOn = ({ target, shiftKey }) =>
    target.matches("input") || (target.matches("textarea") && !shiftKey && matchMedia("(pointer: fine)").matches);
  const checkin = (event) => {
    if (event.isComposing || hasModifier(event) || !(event.target instanceof Element)) return;
    const form = event.target.closest("form#checkin");
    if (!form) return;
    const row = event.target.closest("[data-checkin]");
    if (event.key === "Enter" && goesOn(event)) stepDown(event, form, row);
    else if (row && event.target.matches("input[type='radio']") && /^([0-9]|Backspace|Delete)$/.test(event.key)) {
      pickConfidence(event, row);
    }
  };

  /* Leaving the check-in asks first where something would be lost. */
  let going = false;
  const isChanged = (field) => {
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field instanceof HTMLSelectElement) {
      return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
    }
    return field.value !== field.defaultValue;
  };
  const isUnsent = () => {
    const form = document.querySelector("form#checkin");
    if (!form || going) return false;
    const fields = form.querySelectorAll("[data-checkin] :is(input, textarea, select)");
    return form.dataset.unsent !== undefined || [...fields].some(isChanged);
  };
  const leave = (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-leave]");
    if (!link || event.defaultPrevented || hasModifier(event) || event.shiftKey || !isUnsent()) return;
    event.preventDefault();
    document.querySelector("dialog#leaving").showModal();
  };
  const escapeCheckin = (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    if (openDialog() || document.querySelector(MENUS)) return;
    const link = document.querySelector("[data-leave]");
    if (!link) return;
    event.preventDefault(); // the same press would close the question again
    link.click();
  };

  /* ------------------------------------------------------------- the menus -- */
  const MENUS = "details.menu[open], details.menu-of[open], details.more-menu[open]";
  const closeMenus = (keep) => {
    for (const menu of document.querySelectorAll(MENUS)) {
      if (!keep || !menu.contains(keep)) menu.open = false;
    }
  };
  const escapeMenus = (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector(MENUS);
    if (!menu) return;
    const had = menu.contains(document.activeElement);
    closeMenus(null);
    if (had) menu.querySelector("summary")?.focus();
  };

  /* One listener each on the document, so parts that arrive later take part too. */
  document.addEventListener("keydown", checkin);
  document.addEventListener("focusout", () => { begun = null; });
  document.addEventListener("keydown", escapeCheckin);
  document.addEventListener("keydown", send);
  document.addEventListener("keydown", escapeMenus);
  document.addEventListener("keydown", shortcut);
  document.addEventListener("click", leave);
  document.addEventListener("submit", (event) => { if (event.target.id === "checkin") going = true; });
  addEventListener("pageshow", () => { going = false; });
  addEventListener("beforeunload", (event) => { if (isUnsent()) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    closeMenus(target);
    if (target?.closest("[data-theme-toggle]")) {
      root.dataset.theme = isDark() ? "light" : "dark";
      remember("theme", root.dataset.theme);
      paintSwitches();
    }
    if (target?.closest("[data-keys-toggle]")) switchKeys();
    if (target?.closest("[data-keys-open]")) showKeys();
    if (target?.closest("[data-leave-now]")) going = true;
  });
  /* A choice that is a whole form sends it. */
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  /* Tags are suggested after the last comma too: a list of suggestions only knows the whole field. */
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.matches("[name='tags'][list]")) return;
    const before = target.value.replace(/[^,;]*$/, "").trimEnd();
    for (const option of target.list.options) {
      option.dataset.tag ??= option.value;
      option.value = before ? `${before} ${option.dataset.tag}` : option.dataset.tag;
    }
  });
  document.addEventListener("DOMContentLoaded", () => { paintSwitches(); paintKeys(); });
  document.addEventListener("htmx:load", paintSwitches);
  if (document.readyState !== "loading") { paintSwitches(); paintKeys(); }
})();
