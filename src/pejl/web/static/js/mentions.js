/*
 * Pejl — people to choose from while one writes @ in a comment. Without this
 * file the full name after an @ does the same. Who can be meant is the
 * server's answer; the field keeps the focus all the time.
 */
(() => {
  "use strict";

  const WAIT_MS = 120;
  const STARTED = /(?:^|[\s(])@([^\n@]{0,40})$/u;

  let open = null; // { field, holder, start, at, asked } while there is a list
  let settled = null; // { field, start, asked }: chosen, put away, or nobody of that name
  let waiting = 0;
  let asking = null;

  const holderOf = (field) => field.closest("[data-mentions]");
  const options = () => (open ? [...open.holder.querySelectorAll("[role='option']")] : []);
  const isOurs = (target) => target instanceof HTMLTextAreaElement && holderOf(target) !== null;
  const say = (holder, text) => { holder.querySelector("[data-mentions-said]").textContent = text; };

  /* What stands between the last @ and the caret; null where one is not naming anybody. */
  const naming = (field) => {
    if (field.selectionStart !== field.selectionEnd) return null;
    const found = STARTED.exec(field.value.slice(0, field.selectionStart));
    return found && { field, start: field.selectionStart - found[1].length - 1, asked: found[1] };
  };
  const isSettled = (one) =>
    settled?.field === one.field && settled.start === one.start && one.asked.startsWith(settled.asked);

  const close = () => {
    clearTimeout(waiting);
    asking?.abort();
    if (!open) return;
    const { field, holder } = open;
    open = null;
    holder.querySelector("[data-mentions-list]").replaceChildren();
    for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant", "aria-autocomplete", "aria-haspopup"]) {
      field.removeAttribute(name);
    }
    say(holder, "");
  };

  const mark = (index) => {
    const every = options();
    open.at = (index + every.length) % every.length;
    every.forEach((one, number) => one.setAttribute("aria-selected", String(number === open.at)));
    open.field.setAttribute("aria-activedescendant", every[open.at].id);
    every[open.at].scrollIntoView({ block: "nearest" });
  };

  const show = (one, html) => {
    const holder = holderOf(one.field);
    const place = holder.querySelector("[data-mentions-list]");
    place.innerHTML = html;
    const list = place.querySelector("[role='listbox']");
    if (!list?.querySelector("[role='option']")) {
      settled = one;
      close();
      place.replaceChildren();
      return;
    }
    list.id = `${one.field.id}-people`;
    open = { ...one, holder, at: 0 };
    one.field.setAttribute("role", "combobox");
    one.field.setAttribute("aria-autocomplete", "list");
    one.field.setAttribute("aria-haspopup", "listbox");
    one.field.setAttribute("aria-expanded", "true");
    one.field.setAttribute("aria-controls", list.id);
    say(holder, list.dataset.said);
    mark(0);
  };

  const ask = async (one) => {
    asking?.abort();
    const mine = (asking = new AbortController());
    try {
      const address = `${holderOf(one.field).dataset.mentions}?q=${encodeURIComponent(one.asked)}`;
      const answer = await fetch(address, { signal: mine.signal });
      const html = answer.ok && !answer.redirected ? await answer.text() : "";
      const now = naming(one.field);
      if (mine.signal.aborted || document.activeElement !== one.field) return;
      if (now?.start === one.start && now.asked === one.asked) show(one, html);
    } catch {
      close(); // No answer: the field is a plain field.
    }
  };

  const look = (field) => {
    clearTimeout(waiting);
    const one = naming(field);
    if (!one || isSettled(one)) {
      if (!one) settled = null;
      close();
      return;
    }
    if (open && open.start !== one.start) close();
    waiting = setTimeout(() => ask(one), WAIT_MS);
  };

  const choose = (option) => {
    const { field, start } = open;
    const name = option.dataset.name;
    const spaced = /^\s/u.test(field.value.slice(field.selectionEnd));
    field.setRangeText(`@${name}${spaced ? "" : " "}`, start, field.selectionEnd, "end");
    settled = { field, start, asked: name };
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const isOpenFor = (target) => open !== null && open.field === target && open.field.isConnected;

  const press = (event) => {
    if (!isOpenFor(event.target) || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "ArrowDown") mark(open.at + 1);
    else if (event.key === "ArrowUp") mark(open.at - 1);
    else if (event.key === "Enter") choose(options()[open.at]);
    else if (event.key === "Escape") { settled = { ...naming(open.field) }; close(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const optionOf = (event) => (event.target instanceof Element && open ? event.target.closest("[data-mentions-list] [role='option']") : null);

  /* On the document, so a field that arrives later takes part too; before the keys of the whole page. */
  document.addEventListener("keydown", press, true);
  document.addEventListener("input", (event) => { if (isOurs(event.target)) look(event.target); });
  document.addEventListener("focusout", (event) => { if (isOurs(event.target)) close(); });
  document.addEventListener("click", (event) => { if (isOpenFor(event.target) && !naming(event.target)) close(); });
  document.addEventListener("mousedown", (event) => { if (optionOf(event)) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const option = optionOf(event);
    if (option) choose(option);
  });
})();
