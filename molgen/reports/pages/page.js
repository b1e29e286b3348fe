"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const view = document.getElementById("view");
  const status = document.getElementById("status");
  const all = document.getElementById("all");
  const pin = document.getElementById("pin");
  const choice = document.getElementById("subject");
  const [surface, contacts, known, hydrogens] = ["surface", "contacts", "known", "hydrogens"].map((id) =>
    document.getElementById(id),
  );
  // entry null: all of them; pinned: the one that stays in the view beside others
  const state = { subject: 0, entry: data.overlaid && data.subjects[0].entries.length > 1 ? null : 0, pinned: null };

  const theme = document.getElementById("theme");
  let dark = matchMedia("(prefers-color-scheme: dark)").matches;
  function paint() {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    theme.textContent = dark ? "Light" : "Dark";
  }
  paint();
  theme.addEventListener("click", () => {
    dark = !dark;
    paint();
    update();
  });

  // a text of the data as something that the viewer can load
  const urls = new Map();
  function url(text) {
    if (!urls.has(text)) urls.set(text, URL.createObjectURL(new Blob([text], { type: "text/plain" })));
    return urls.get(text);
  }

  // a template in which the texts of `values` have become their values
  function fill(template, values) {
    let text = JSON.stringify(template);
    for (const [name, value] of Object.entries(values)) {
      text = text.split(JSON.stringify(name)).join(JSON.stringify(value));
    }
    return JSON.parse(text);
  }

  // a structure with the hydrogens that are asked for; those on carbon are called HC1, HC2 and so on
  function structure(entry) {
    const left = { all: null, polar: /\bHC\d+\b/, none: /\bHC?\d+\b/ }[hydrogens.value];
    return left ? entry.structure.split("\n").filter((line) => !left.test(line)).join("\n") : entry.structure;
  }

  function shown() {
    const entries = data.subjects[state.subject].entries;
    if (state.entry === null) return entries;
    const pinned = state.pinned === null || state.pinned === state.entry ? [] : [entries[state.pinned]];
    return [entries[state.entry], ...pinned];
  }

  function scene() {
    const entries = shown();
    const reference = data.subjects[state.subject].reference;
    const references = new Set(entries.map((entry) => entry.reference || reference).filter(Boolean));
    const nearby = [...new Set(entries.flatMap((entry) => entry.nearby).map((one) => JSON.stringify(one)))];
    const children = [];
    if (data.receptor) {
      const values = { "@url": url(data.receptor), "@nearby": nearby.map((one) => JSON.parse(one)), ...data.surfaces };
      children.push(fill(data.templates[surface.value], values));
    }
    if (known.checked) references.forEach((one) => children.push(fill(data.templates.reference, { "@url": url(one) })));
    const alone = state.entry !== null;
    const size = alone ? data.sizes.chosen : data.sizes.overlaid;
    entries.forEach((entry, place) => {
      const carbon = alone && place ? data.pinned : entry.color;
      const values = { "@url": url(structure(entry)), "@carbon": carbon, "@size": size, "@bare": !alone };
      children.push(fill(data.templates.entry, values));
    });
    const ink = dark ? "#e6edf3" : data.ink;
    if (alone && contacts.checked) children.push(...fill(entries[0].contacts, { [data.ink]: ink }));
    children.push({ kind: "camera", params: data.subjects[state.subject].camera });
    children.push({ kind: "canvas", params: { background_color: dark ? "#11151a" : "#ffffff" } });
    return JSON.stringify({ metadata: data.metadata, root: { kind: "root", children } });
  }

  // what the viewer, a notebook widget, takes for its model: values, and who hears of their change
  const model = {
    ready: false,
    seen: null, // the molecule that the camera was last moved to
    heard: {},
    values: { width: "100%", height: "100%", viewer_options: data.options },
    get(name) {
      if (name === "msvj_data") this.ready = true;
      return this.values[name];
    },
    on(event, call) {
      (this.heard[event] ||= []).push(call);
    },
    show() {
      const keepCamera = this.ready && this.seen === state.subject;
      this.seen = state.subject;
      this.values.mvs_load_options = { replaceExisting: true, sanityChecks: false, keepCamera };
      this.values.msvj_data = scene();
      if (this.ready) (this.heard["change:msvj_data"] || []).forEach((call) => call());
    },
  };

  let waiting = 0;
  function update() {
    for (const part of document.querySelectorAll("[data-subject]")) {
      part.hidden = Number(part.dataset.subject) !== state.subject;
    }
    const article = document.querySelector(`article[data-subject="${state.subject}"]`);
    for (const row of article.querySelectorAll("tr[data-entry]")) {
      row.setAttribute("aria-selected", String(Number(row.dataset.entry) === state.entry));
    }
    for (const part of article.querySelectorAll(".details")) {
      part.hidden = Number(part.dataset.entry) !== (state.entry ?? -1);
    }
    const subject = data.subjects[state.subject];
    const what = state.entry === null ? `all ${data.kind}s` : subject.entries[state.entry].name;
    all.setAttribute("aria-pressed", String(state.entry === null));
    all.hidden = subject.entries.length < 2;
    pin.hidden = subject.entries.length < 2 || (state.entry === null && state.pinned === null);
    pin.setAttribute("aria-pressed", String(state.pinned !== null));
    pin.textContent = state.pinned === null ? "Keep beside others" : `Let go of ${subject.entries[state.pinned].name}`;
    for (const row of article.querySelectorAll("tr[data-entry]")) {
      row.classList.toggle("pinned", Number(row.dataset.entry) === state.pinned);
    }
    for (const legend of document.querySelectorAll("ul[data-surface]")) {
      legend.hidden = legend.dataset.surface !== surface.value;
    }
    view.setAttribute("aria-label", `${what} of ${subject.name}`);
    clearTimeout(waiting);
    waiting = setTimeout(() => model.show(), 80);
  }

  function choose(row) {
    state.entry = Number(row.dataset.entry);
    update();
  }

  for (const row of document.querySelectorAll("tr[data-entry]")) {
    row.addEventListener("click", () => choose(row));
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        choose(row);
        return;
      }
      const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
      if (!next) return;
      event.preventDefault();
      next.focus();
      choose(next);
    });
  }
  all.addEventListener("click", () => {
    state.entry = state.entry === null ? 0 : null;
    update();
  });
  for (const control of [surface, contacts, known, hydrogens]) control.addEventListener("change", update);
  pin.addEventListener("click", () => {
    state.pinned = state.pinned === null ? state.entry : null;
    update();
  });
  function home() {
    model.seen = null;
    update();
  }
  document.getElementById("home").addEventListener("click", home);
  document.addEventListener("keydown", (event) => {
    if (event.key === "r" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, select")) home();
  });

  // a file of the page's own data
  function save(name, ending, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = `${name.replace(/[^\w.+-]+/g, "_").slice(0, 80)}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }
  function chosenName() {
    const subject = data.subjects[state.subject];
    return `${subject.name} ${state.entry === null ? `all ${data.kind}s` : subject.entries[state.entry].name}`;
  }
  document.getElementById("save-record").addEventListener("click", () => {
    save(chosenName(), "sdf", new Blob([shown().map((entry) => entry.record).join("")], { type: "text/plain" }));
  });
  document.getElementById("save-view").addEventListener("click", () => {
    const drawn = [...view.querySelectorAll("canvas")].sort((a, b) => b.width * b.height - a.width * a.height)[0];
    drawn?.toBlob((picture) => picture && save(chosenName(), "png", picture), "image/png");
  });
  document.getElementById("save-table").addEventListener("click", () => {
    const table = document.querySelector(`article[data-subject="${state.subject}"] table.entries`);
    const quoted = (cell) => `"${cell.textContent.replace(/"/g, '""')}"`;
    const lines = [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells].map(quoted).join(","));
    save(data.subjects[state.subject].name, "csv", new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }));
  });

  function show(subject) {
    state.subject = subject;
    state.entry = data.overlaid && data.subjects[subject].entries.length > 1 ? null : 0;
    state.pinned = null;
    if (choice) choice.value = String(subject);
    update();
  }
  for (const row of document.querySelectorAll("tr[data-target]")) {
    const open = () => {
      show(Number(row.dataset.target));
      view.scrollIntoView({ block: "center" });
    };
    row.addEventListener("click", open);
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter") open();
    });
  }
  choice?.addEventListener("change", (event) => show(Number(event.target.value)));
  async function start() {
    const probe = document.createElement("canvas");
    const context = probe.getContext("webgl2") || probe.getContext("webgl");
    if (!context) throw new Error("this browser has no WebGL");
    const known = context.getExtension("WEBGL_debug_renderer_info");
    const renderer = known ? String(context.getParameter(known.UNMASKED_RENDERER_WEBGL)) : "";
    if (/swiftshader|llvmpipe|software|basic render/i.test(renderer)) Object.assign(data.options, data.plainer);
    context.getExtension("WEBGL_lose_context")?.loseContext();
    const packed = Uint8Array.from(atob(document.getElementById("viewer-code").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const code = await new Response(stream).text();
    const place = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const widget = await import(place);
    URL.revokeObjectURL(place);
    status.remove();
    const box = document.createElement("div");
    box.style.height = "100%";
    view.append(box);
    widget.default.render({ model, el: box });
  }

  update();
  clearTimeout(waiting);
  model.show();
  start().catch((error) => {
    status.textContent = `There is no 3D view: ${error.message}. The tables below and beside hold all numbers.`;
    console.warn(error);
  });
})();
