// The layer switch and the legend in one: a fill of several, overlays to tick, and of each what is on the map, counted.
oneGrid.legend = (() => {
  const { t, h, count, onLanguage } = oneGrid.text;
  const { grids, faces } = oneGrid.model;
  const { inView, the } = oneGrid.painter;
  const { select } = oneGrid.selection;
  const panel = document.getElementById("legend");
  const SWATCH = { x: 26, y: 14 };
  let map = null;
  let fills = [];
  let overlays = [];

  function swatch(draw, ratio = 3) {
    const canvas = h("canvas", { className: "swatch", width: SWATCH.x * ratio, height: SWATCH.y * ratio, "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw({ context, size: SWATCH, ratio, x0: 0, y0: 0, scale: 1 });
    return canvas;
  }

  /** One row of the legend; `seen` is how many are in the window. */
  const row = ({ word, swatch: draw, count: all, seen }) => h("li", { className: seen ? "" : "unseen" },
    swatch(draw), h("span", { className: "grow" }, word), h("span", { className: "number" }, seen < all ? [h("b", {}, count(seen)), ` / ${count(all)}`] : count(all)));

  function switchFill(layer) {
    for (const other of fills) if (other !== layer) map.removeLayer(other);
    map.addLayer(layer);
  }

  function fillSection() {
    const option = (layer) => h("option", { value: layer.name, selected: map.hasLayer(layer) }, layer.word());
    const groups = ["grids", "service", "land"].map((group) => [group, fills.filter((layer) => layer.group === group)]);
    const options = groups.filter(([, layers]) => layers.length).map(([group, layers]) =>
      h("optgroup", { label: t(`page.themes_of_${group}`) }, layers.map(option)));
    const choice = h("select", { id: "fill", on: { change: () => switchFill(fills.find((layer) => layer.name === choice.value)) } }, options);
    const shown = fills.find((layer) => map.hasLayer(layer));
    return h("div", { className: "theme" },
      h("div", { className: "line" }, h("label", { htmlFor: "fill" }, t("page.fill")), choice),
      h("ul", {}, shown ? shown.legend().map(row) : []),
      shown && shown.summary && h("p", { className: "calm summary" }, shown.summary()),
      !faces.drawn && faces.count > 0 && h("p", { className: "calm" }, t("page.faces_left_out", { count: count(faces.count) })));
  }

  function overlay(layer) {
    const rows = layer.legend();
    const on = map.hasLayer(layer);
    const single = rows.length === 1 ? rows[0] : null;
    const hint = layer.hint && layer.hint();
    const list = layer.list && h("button", { type: "button", className: "link", on: { click: () => select({ type: "figure", row: layer.list }) } }, t("page.listed"));
    const box = h("input", { type: "checkbox", checked: on, "data-layer": layer.name, on: {
      change: () => (box.checked ? map.addLayer(layer) : map.removeLayer(layer)),
    } });
    const number = single && h("span", { className: "number" }, on && single.seen < single.count
      ? [h("b", {}, count(single.seen)), ` / ${count(single.count)}`] : count(single.count));
    return h("li", { className: [on ? "on" : "off", single && !single.seen ? "unseen" : "", single ? "" : "group", layer.inline ? "inline" : "", layer.apart ? "apart" : ""].join(" "), title: hint },
      h("label", {}, box, single && swatch(single.swatch), h("span", { className: "grow" }, single && single.only ? t(`gap.${single.only}`) : layer.word()), !list && number), list && h("span", { className: "listed" }, list, number),
      !single && on && rows.length > 0 && h("ul", {}, rows.map(row)));
  }

  function render() {
    if (!map) return;
    const focused = document.activeElement && panel.contains(document.activeElement) ? document.activeElement : null;
    const key = focused && (focused.id ? `#${focused.id}` : `[data-layer="${focused.dataset.layer}"]`);
    const seen = inView(grids.shapes, the().window()).length;
    panel.replaceChildren(
      h("h2", {}, h("span", { className: "screen" }, t("page.legend")), h("span", { className: "paper" }, t("page.legend_on_paper")), h("small", {}, t("page.in_view", { count: count(seen) }))),
      fillSection(),
      h("ul", { className: "overlays" }, overlays.filter((layer) => !layer.small).map(overlay)),
      h("ul", { className: "overlays small" }, overlays.filter((layer) => layer.small).map(overlay)));
    if (key && panel.querySelector(key)) panel.querySelector(key).focus();
  }

  /** Called by the folium legend with the layers that it collected. */
  function start(theMap, allFills, allOverlays) {
    map = theMap;
    fills = allFills.filter((layer) => layer.present);
    overlays = allOverlays.filter((layer) => layer.present);
    let waiting = false;
    map.on("layeradd layerremove moveend", () => {
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        if (!oneGrid.sheet.isLaid()) render();
      });
    });
    onLanguage(render);
    oneGrid.ready();
  }

  /** Switch an overlay on. */
  function reveal(name) {
    const layer = overlays.find((other) => other.name === name);
    if (layer && !map.hasLayer(layer)) map.addLayer(layer);
  }

  return { start, render, reveal };
})();
