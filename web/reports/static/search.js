// Search by code, name or community: arrows choose, Enter goes there.
oneGrid.search = (() => {
  const { t, h, integer, onLanguage } = oneGrid.text;
  const { grids, communities, units, gaps } = oneGrid.model;
  const UNITS_SOUGHT = ["superseded", "outside", "rejected"];
  const { select } = oneGrid.selection;
  const input = document.getElementById("search");
  const list = document.getElementById("results");
  const MOST = 30;
  let results = [];
  let active = -1;
  let index = null;

  /** What each thing is found by, in lower case; made with the first search. */
  function entries() {
    if (index) return index;
    const all = communities.code.map((code, row) => ({
      thing: { type: "community", row }, code, name: (communities.name.word(row) || "").toLowerCase(), rest: "",
    }));
    for (let row = 0; row < grids.count; row++) {
      const community = grids.community_code.word(row);
      const named = communities.name.word(communities.row().get(community)) || "";
      all.push({ thing: { type: "grid", row }, code: grids.code[row], name: (grids.name.word(row) || "").toLowerCase(), rest: named.toLowerCase() });
    }
    for (let row = 0; row < units.count; row++) {
      if (!UNITS_SOUGHT.includes(units.status.word(row))) continue;
      all.push({ thing: { type: "unit", row }, code: (units.source_id.word(row) || "").toLowerCase(), name: (units.name.word(row) || "").toLowerCase(), rest: "" });
    }
    for (let row = 0; row < gaps.count; row++) all.push({ thing: { type: "gap", row }, id: gaps.gap_id(row).toLowerCase() });
    index = all;
    return index;
  }

  /** A gap is found by its id alone, and by an end of it only where that can be no code: most ids hold a grid's. */
  function rankOfGap(id, query) {
    if (id === query) return 0;
    if (query.includes(":") || /_/.test(query)) return id.startsWith(query) ? 6 : id.includes(query) ? 7 : -1;
    return query.length > 5 && /[a-z]/.test(query) && id.endsWith(query) ? 6 : -1;
  }

  /** Lower is better: the whole code, the beginning of a name, the end of a code, anywhere. */
  function rank({ code, name, rest, id }, query) {
    if (id !== undefined) return rankOfGap(id, query);
    if (code === query || name === query) return 0;
    if (name.startsWith(query)) return 1;
    if (code.endsWith(query)) return 2;
    if (name.includes(query)) return 3;
    if (code.includes(query)) return 4;
    return rest.includes(query) ? 5 : -1;
  }

  function find(query) {
    const found = [];
    for (const entry of entries()) {
      const score = rank(entry, query);
      if (score >= 0) found.push([score, entry]);
    }
    return found.sort((a, b) => a[0] - b[0]).map(([, entry]) => entry.thing);
  }

  function option(thing, place) {
    const { titleOf } = oneGrid.explain;
    const code = {
      grid: (row) => grids.code[row],
      community: (row) => communities.code[row],
      unit: (row) => units.source_id.word(row),
      gap: (row) => gaps.gap_id(row),
    }[thing.type](thing.row);
    const where = {
      grid: (row) => communities.ofCode(grids.community_code.word(row)),
      unit: (row) => `${t(`layer.${units.layer.word(row)}`)} · ${t(`status.${units.status.word(row)}`)}`,
    }[thing.type] || (() => t(`type.${thing.type}`));
    return h("li", { role: "option", id: `result-${place}`, "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); choose(place); } } },
      h("span", { className: "line" }, h("b", {}, thing.type === "grid" ? grids.title(thing.row) : titleOf(thing)), h("small", {}, where(thing.row))),
      h("span", { className: "code" }, code));
  }

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  }

  function activate(place) {
    active = place;
    [...list.querySelectorAll('[role="option"]')].forEach((item, other) => {
      item.setAttribute("aria-selected", String(other === place));
      if (other === place) item.scrollIntoView({ block: "nearest" });
    });
    if (place >= 0) input.setAttribute("aria-activedescendant", `result-${place}`);
  }

  function look() {
    const query = input.value.trim().toLowerCase();
    const found = query ? find(query) : [];
    results = found.slice(0, MOST);
    const notes = [];
    if (query && !found.length) notes.push(h("li", { className: "calm", role: "presentation" }, t("page.no_results", { query: input.value.trim() })));
    if (found.length > MOST) notes.push(h("li", { className: "calm", role: "presentation" }, t("page.more_results", { count: integer(found.length - MOST) })));
    list.replaceChildren(...results.map(option), ...notes);
    show(query !== "");
    activate(results.length ? 0 : -1);
  }

  function choose(place) {
    if (!results[place]) return;
    show(false);
    input.blur();
    select(results[place], { zoom: true });
    document.getElementById("inspector").focus({ preventScroll: true });
  }

  input.addEventListener("input", look);
  input.addEventListener("focus", look);
  input.addEventListener("blur", () => show(false));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && results.length) {
      event.preventDefault();
      activate((active + step + results.length) % results.length);
    }
    if (event.key === "Enter") choose(active);
    if (event.key === "Escape") {
      input.value = "";
      input.blur();
    }
  });
  onLanguage(() => show(false));
  return { focus: () => input.focus() };
})();
