"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const view = document.getElementById("view");
  const status = document.getElementById("status");
  const all = document.getElementById("all");
  const surface = document.getElementById("surface");
  const contacts = document.getElementById("contacts");
  const state = { subject: 0, entry: data.overlaid && data.subjects[0].entries.length > 1 ? null : 0 };

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

  function shown() {
    const entries = data.subjects[state.subject].entries;
    return state.entry === null ? entries : [entries[state.entry]];
  }

  function scene() {
    const entries = shown();
    const known = data.subjects[state.subject].reference;
    const references = new Set(entries.map((entry) => entry.reference || known).filter(Boolean));
    const nearby = [...new Set(entries.flatMap((entry) => entry.nearby).map((one) => JSON.stringify(one)))];
    const children = [];
    if (data.receptor) {
      const values = { "@url": url(data.receptor), "@nearby": nearby.map((one) => JSON.parse(one)) };
      children.push(fill(data.templates[surface.checked ? "surface" : "receptor"], values));
    }
    references.forEach((one) => children.push(fill(data.templates.reference, { "@url": url(one) })));
    const alone = entries.length === 1;
    const size = alone ? data.sizes.chosen : data.sizes.overlaid;
    entries.forEach((entry) => {
      const values = { "@url": url(entry.structure), "@carbon": entry.color, "@size": size, "@bare": !alone };
      children.push(fill(data.templates.entry, values));
    });
    if (alone && contacts.checked) children.push(...entries[0].contacts);
    children.push({ kind: "camera", params: data.subjects[state.subject].camera });
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
  surface.addEventListener("change", update);
  contacts.addEventListener("change", update);
  document.getElementById("home").addEventListener("click", () => {
    model.seen = null;
    update();
  });

  // a file of the page's own data
  function save(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name.replace(/[^\w.+-]+/g, "_").slice(0, 80);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  document.getElementById("save-record").addEventListener("click", () => {
    const subject = data.subjects[state.subject];
    const name = state.entry === null ? `all ${data.kind}s` : subject.entries[state.entry].name;
    save(`${subject.name} ${name}.sdf`, shown().map((entry) => entry.record).join(""));
  });
  document.getElementById("save-table").addEventListener("click", () => {
    const table = document.querySelector(`article[data-subject="${state.subject}"] table.entries`);
    const quoted = (cell) => `"${cell.textContent.replace(/"/g, '""')}"`;
    const lines = [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells].map(quoted).join(","));
    save(`${data.subjects[state.subject].name}.csv`, `${lines.join("\n")}\n`);
  });

  // tables are sorted by a click on a title; numbers as numbers, what is no number last
  function key(row, column) {
    const text = row.cells[column].textContent.trim();
    const number = parseFloat(text.replace("−", "-"));
    return Number.isNaN(number) ? text.toLowerCase() : number;
  }
  function compare(one, other) {
    if (typeof one === typeof other) return typeof one === "number" ? one - other : one.localeCompare(other);
    return typeof one === "number" ? -1 : 1;
  }
  for (const title of document.querySelectorAll("thead th")) {
    title.tabIndex = 0;
    title.title = "Sort by this column";
    const sort = () => {
      const table = title.closest("table");
      const up = title.getAttribute("aria-sort") !== "ascending";
      for (const other of title.parentElement.cells) other.removeAttribute("aria-sort");
      title.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (up ? 1 : -1) * compare(key(a, title.cellIndex), key(b, title.cellIndex)));
      table.tBodies[0].append(...rows);
    };
    title.addEventListener("click", sort);
    title.addEventListener("keydown", (event) => {
      if (event.key === "Enter") sort();
    });
  }
  for (const field of document.querySelectorAll("input.filter")) {
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of field.parentElement.querySelector("table").tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
  }
  document.getElementById("subject")?.addEventListener("change", (event) => {
    state.subject = Number(event.target.value);
    state.entry = data.overlaid && data.subjects[state.subject].entries.length > 1 ? null : 0;
    update();
  });

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
