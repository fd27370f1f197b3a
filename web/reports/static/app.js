// The page put together: controls on the map, keys, panels on a phone, and the first view.
(() => {
  const { data, t, h, speak, toggle, onLanguage } = oneGrid.text;
  const { grids, communities, build } = oneGrid.model;
  const { toBounds } = oneGrid.painter;
  const { select, selected, onSelect, bringIntoView } = oneGrid.selection;
  const root = document.documentElement;
  const note = document.getElementById("note");
  const narrow = window.matchMedia("(max-width: 900px)");
  let map = null;

  oneGrid.whole = () => {
    const out = [Infinity, Infinity, -Infinity, -Infinity];
    grids.shapes.box.forEach((value, i) => {
      const side = i % 4;
      out[side] = side < 2 ? Math.min(out[side], value) : Math.max(out[side], value);
    });
    return toBounds(out);
  };

  /** Keep the map where there is something: no further out, no further away, and in no closer than the data are exact. */
  function limits() {
    const ground = oneGrid.whole();
    for (const row of oneGrid.model.units.unplaced()) {
      const bounds = oneGrid.selection.boundsOf({ type: "unit", row });
      if (bounds) ground.extend(bounds);
    }
    map.setMaxBounds(ground.pad(0.5));
    map.setMinZoom(Math.floor(map.getBoundsZoom(ground.pad(0.5))));
  }

  const home = () => map.fitBounds(oneGrid.whole(), { padding: [16, 16], animate: false });

  /** How much of the map the panels cover, in pixels. */
  oneGrid.room = () => {
    const covered = (id) => document.getElementById(id).getBoundingClientRect();
    return { left: 0, right: narrow.matches ? 0 : covered("inspector").width, bottom: 0 };
  };

  /** A note beside the pointer: which grid this is. */
  oneGrid.note = (row, point) => {
    note.hidden = row === null;
    if (row === null) return;
    note.textContent = `${grids.number(row)} ${grids.ownName(row) || t(`kind.${grids.kind.word(row)}`)}`;
    const { left, top } = map.getContainer().getBoundingClientRect();
    note.style.transform = `translate(${left + point.x + 14}px, ${top + point.y + 16}px)`;
  };

  const button = (className, word, action) => {
    const made = h("button", { type: "button", className, on: { click: action } });
    made.dataset.wordLabel = word;
    L.DomEvent.disableClickPropagation(made);
    return made;
  };

  const control = (position, ...children) => {
    const made = L.control({ position });
    made.onAdd = () => h("div", { className: "leaflet-bar" }, ...children);
    made.addTo(map);
  };

  function northArrow() {
    const made = L.control({ position: "bottomright" });
    made.onAdd = () => h("div", { className: "north" }, h("span", { "data-word": "page.north" }), h("i", { "aria-hidden": "true" }));
    made.addTo(map);
  }

  function controls() {
    control("topleft", button("tool rail-switch", "page.rail", () => {
      root.classList.toggle("wide");
      map.invalidateSize({ animate: false });
    }), button("tool home", "page.home", home));
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
    northArrow();
  }

  function openPanel(name) {
    if (name) root.dataset.panel = name;
    else delete root.dataset.panel;
    for (const tab of document.querySelectorAll("#tabs button")) tab.setAttribute("aria-pressed", String(tab.dataset.panel === name));
    if (narrow.matches) map.invalidateSize({ animate: false });
  }

  oneGrid.openLedger = (ledger) => {
    openPanel("ledgers");
    document.getElementById(`tab-${ledger}`).click();
  };

  function panels() {
    for (const tab of document.querySelectorAll("#tabs button")) {
      tab.addEventListener("click", () => openPanel(root.dataset.panel === tab.dataset.panel ? null : tab.dataset.panel));
    }
    onSelect((thing) => {
      openPanel(thing ? "inspector" : root.dataset.panel === "inspector" ? null : root.dataset.panel);
      if (thing && narrow.matches) bringIntoView(thing);
      const named = thing && thing.type === "grid" ? `#${grids.code[thing.row]}` : " ";
      if (location.hash !== named.trim()) window.history.replaceState(null, "", named.trim() || location.pathname + location.search);
    });
  }

  function keys() {
    document.addEventListener("pointerdown", () => root.classList.remove("by-keyboard"), true);
    document.addEventListener("keydown", (event) => {
      root.classList.add("by-keyboard");
      const typing = event.target.matches("input, select, textarea");
      if (event.key === "/" && !typing) {
        event.preventDefault();
        oneGrid.search.focus();
      }
      if (event.key === "Enter" && event.target === map.getContainer()) map.fire("click", { latlng: map.getCenter() });
      if (event.key === "Escape" && !typing && selected()) select(null);
    });
  }

  function words() {
    const title = data.title || t("page.title");
    document.getElementById("title").textContent = title;
    document.title = title;
    map.getContainer().setAttribute("aria-label", t("page.map"));
    for (const [end, word] of [["in", "page.zoom_in"], ["out", "page.zoom_out"]]) {
      const zoom = map.getContainer().querySelector(`.leaflet-control-zoom-${end}`);
      zoom.title = t(word);
      zoom.setAttribute("aria-label", t(word));
    }
    document.getElementById("date").textContent = data.date ? t("page.date", { date: data.date }) : "";
    document.getElementById("made-by").textContent = build.get("program") || t("page.title");
    oneGrid.painter.the().repaint();
  }

  /** Called by the folium map as soon as it exists, before its layers. */
  oneGrid.open = (theMap) => {
    map = theMap;
    home();
    oneGrid.painter.start(map);
    oneGrid.selection.start(map);
    limits();
    controls();
  };

  /** Called when all layers are there. */
  oneGrid.ready = () => {
    onLanguage(words);
    panels();
    keys();
    oneGrid.sheet.start(map);
    document.getElementById("language").addEventListener("click", toggle);
    speak(oneGrid.text.language());
    const row = grids.byCode().get(decodeURIComponent(location.hash.slice(1)));
    if (row !== undefined) select({ type: "grid", row }, { zoom: true });
    root.classList.add("ready");
  };
})();
