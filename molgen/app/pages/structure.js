"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const view = document.getElementById("view");
  const status = document.getElementById("status");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const source = URL.createObjectURL(new Blob([data.structure], { type: "text/plain" }));
  const state = { chosen: data.chosen, plain: false };

  const node = (kind, params, children = []) => ({ kind, params, children });
  const color = (value, selector = "all") => node("color", { color: value, selector });
  const told = (choice) => `${choice.label}, ${choice.note}: dock here`;

  function sticks(selector, carbon, size) {
    const elements = { O: "#d55e00", N: "#0072b2", S: "#d9a400", P: "#e69f00", F: "#56b4e9", CL: "#56b4e9", BR: "#56b4e9" };
    const colors = Object.entries(elements).map(([symbol, value]) => color(value, { type_symbol: symbol }));
    const params = { type: "ball_and_stick", size_factor: size };
    return node("component", { selector }, [node("representation", params, [color(carbon), ...colors])]);
  }

  function group(choice) {
    const chosen = choice.spec === state.chosen;
    const selector = choice.residues.map((one) => ({
      auth_seq_id: one.number,
      ...(one.chain ? { auth_asym_id: one.chain } : {}),
      ...(one.insertion ? { pdbx_PDB_ins_code: one.insertion } : {}),
    }));
    const drawn = sticks(selector, chosen ? data.colors.chosen : data.colors.ligand, chosen ? 0.8 : 0.55);
    drawn.children.push(node("tooltip", { text: told(choice) }));
    return drawn;
  }

  function ball(choice) {
    const chosen = choice.spec === state.chosen;
    const params = { kind: "ellipsoid", center: choice.center, radius: 2.5, tooltip: told(choice) };
    const value = chosen ? data.colors.chosen : data.colors.pocket;
    return node("primitives", { opacity: state.plain ? 1 : chosen ? 0.75 : 0.35 }, [
      node("primitive", { ...params, major_axis: [1, 0, 0], minor_axis: [0, 1, 0], color: value }),
    ]);
  }

  // the box in which poses may lie, of what is chosen
  function box(choice) {
    const low = choice.center.map((x, k) => x - choice.size[k] / 2);
    const high = choice.center.map((x, k) => x + choice.size[k] / 2);
    const corner = (bits) => [0, 1, 2].map((k) => ((bits >> k) & 1 ? high[k] : low[k]));
    const edges = [];
    for (let from = 0; from < 8; from += 1) {
      for (const bit of [1, 2, 4]) {
        if (from & bit) continue;
        const params = { kind: "tube", start: corner(from), end: corner(from | bit), radius: 0.08 };
        edges.push(node("primitive", { ...params, color: data.colors.chosen }));
      }
    }
    return node("primitives", { opacity: state.plain ? 1 : 0.6 }, edges);
  }

  // from where the chosen pocket is seen: from outside, with the box in sight
  function camera(choice) {
    const out = choice.center.map((x, k) => x - data.middle[k]);
    const length = Math.hypot(...out);
    const towards = length > 1 ? out.map((x) => x / length) : [0, 0, 1];
    const distance = 2.4 * Math.max(...choice.size);
    const position = choice.center.map((x, k) => x + distance * towards[k]);
    const up = Math.abs(towards[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0];
    return node("camera", { target: choice.center, position, up });
  }

  function scene() {
    const cartoon = node("representation", { type: "cartoon" }, [color(data.colors.receptor)]);
    const others = ["ligand", "branched"].map((kind) => sticks(kind, data.colors.ligand, 0.4));
    const ions = node("representation", { type: "spacefill", size_factor: 0.4 }, [color("#7b5ea7")]);
    const drawn = data.choices.filter((one) => one.residues.length && one.kind !== "peptide").map(group);
    const structure = node("structure", { type: "model" }, [
      node("component", { selector: "polymer" }, [cartoon]),
      ...others,
      node("component", { selector: "ion" }, [ions]),
      ...drawn,
    ]);
    const chosen = data.choices.find((one) => one.spec === state.chosen);
    const children = [
      node("canvas", { background_color: dark.matches ? "#16191d" : "#ffffff" }),
      node("download", { url: source }, [node("parse", { format: "mmcif" }, [structure])]),
      ...data.choices.filter((one) => !one.residues.length).map(ball),
      ...(chosen ? [box(chosen), camera(chosen)] : []),
    ];
    return JSON.stringify({ metadata: data.metadata, root: { kind: "root", children } });
  }

  // what the viewer, a notebook widget, takes for its model
  const model = {
    ready: false,
    heard: [],
    values: { width: "100%", height: "100%", viewer_options: data.options },
    get(name) {
      if (name === "msvj_data") this.ready = true;
      return this.values[name];
    },
    on(event, call) {
      if (event === "change:msvj_data") this.heard.push(call);
    },
    show(keepCamera) {
      this.values.mvs_load_options = { replaceExisting: true, sanityChecks: false, keepCamera };
      this.values.msvj_data = scene();
      if (this.ready) this.heard.forEach((call) => call());
    },
  };

  function choose(spec, keepCamera) {
    if (spec === state.chosen) return;
    state.chosen = spec;
    model.show(keepCamera);
  }

  // a click, not a drag, takes what the viewer says is under the pointer
  let pressed = [0, 0];
  view.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]), true);
  view.addEventListener(
    "pointerup",
    (event) => {
      if (Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 5) return;
      setTimeout(() => {
        const text = document.querySelector(".msp-highlight-info")?.textContent ?? "";
        const choice = data.choices.find((one) => text.includes(told(one)));
        if (!choice) return;
        choose(choice.spec, true);
        parent.postMessage({ pocket: choice.spec }, location.origin);
      }, 150);
    },
    true,
  );
  addEventListener("message", (event) => {
    const spec = event.origin === location.origin ? event.data?.choose : null;
    if (typeof spec === "string") choose(spec, !data.choices.some((one) => one.spec === spec));
  });
  dark.addEventListener("change", () => model.show(true));

  async function start() {
    const probe = document.createElement("canvas");
    const context = probe.getContext("webgl2") || probe.getContext("webgl");
    if (!context) throw new Error("this browser has no WebGL");
    const known = context.getExtension("WEBGL_debug_renderer_info");
    const renderer = known ? String(context.getParameter(known.UNMASKED_RENDERER_WEBGL)) : "";
    // what lets light through takes long to draw without a graphics card
    state.plain = /swiftshader|llvmpipe|software|basic render/i.test(renderer);
    if (state.plain) Object.assign(data.options, data.plainer);
    context.getExtension("WEBGL_lose_context")?.loseContext();
    const widget = await import("/viewer/viewer.js");
    status.remove();
    model.show(false);
    const place = document.createElement("div");
    place.style.height = "100%";
    view.append(place);
    widget.default.render({ model, el: place });
  }

  start().catch((error) => {
    status.textContent = `There is no 3D view: ${error.message}. The list below holds all choices.`;
    console.warn(error);
  });
})();
