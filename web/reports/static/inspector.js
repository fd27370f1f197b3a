// The inspector: what the selected thing is and why, beside the map; on a phone, the sheet below it.
oneGrid.inspector = (() => {
  const { t, h, onLanguage } = oneGrid.text;
  const { grids, gaps, communities } = oneGrid.model;
  const { select, selected, zoomTo, hasPlace, canGoBack, onSelect } = oneGrid.selection;
  const { titleOf, link, explainUnit, explainRepair, explainCommunity, explainPremises } = oneGrid.explain;
  const panel = document.getElementById("inspector");
  const status = document.getElementById("status");

  const EXPLAIN = {
    grid: oneGrid.explainGrid,
    gap: oneGrid.explainGap,
    unit: explainUnit,
    repair: explainRepair,
    premises: explainPremises,
    community: explainCommunity,
    figure: (row) => oneGrid.figures.explain(row),
  };

  function codeLine(code) {
    const copy = h("button", { type: "button", className: "copy", title: t("page.copy"), on: {
      click: () => navigator.clipboard && navigator.clipboard.writeText(code).then(() => (copy.textContent = t("page.copied"))),
    } }, t("page.copy"));
    return h("p", { className: "codes" }, h("span", { className: "code" }, code), copy);
  }

  function heading(thing) {
    const button = (word, action) => h("button", { type: "button", className: "quiet", on: { click: action } }, t(word));
    return h("header", {},
      h("p", { className: "type" }, t(`type.${thing.type}`),
        h("span", { className: "actions" },
          canGoBack() && button("page.back", () => select(null, { back: true })),
          hasPlace(thing) && button("page.zoom_to", () => zoomTo(thing)),
          button("page.close", () => select(null)))),
      h("h2", {}, thing.type === "grid" ? grids.title(thing.row) : titleOf(thing)),
      thing.type === "grid" && codeLine(grids.code[thing.row]));
  }

  const hereToo = (thing) => thing.here && thing.here.length > 0 && h("p", { className: "here" }, h("span", {}, t("page.here_too")),
    thing.here.map((other) => link(other, `${t(`type.${other.type}`)} ${titleOf(other)}`)));

  function show(thing) {
    panel.hidden = !thing;
    document.documentElement.classList.toggle("inspecting", Boolean(thing));
    status.textContent = thing ? `${t(`type.${thing.type}`)} ${titleOf(thing)}` : "";
    if (!thing) return panel.replaceChildren();
    panel.replaceChildren(heading(thing), ...[hereToo(thing), EXPLAIN[thing.type](thing.row)].flat().filter(Boolean));
    panel.scrollTop = 0;
  }

  onSelect(show);
  onLanguage(() => show(selected()));
  return { show };
})();
