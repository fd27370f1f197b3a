// What serves a grid: its posts with their arithmetic, its party organisation and the proposed one, premises, rounds, stars.
oneGrid.explainServices = (() => {
  const { t, h, told, count } = oneGrid.text;
  const { grids, gaps, build } = oneGrid.model;
  const { staffing, party, ratings, settlement, premises, rounds, period } = oneGrid.services;
  const { facts, section, link, joined } = oneGrid.explain;

  /** A row of figures that opens on its arithmetic. */
  const opening = (className, cells, words) => h("details", { className },
    h("summary", {}, cells.map((cell, place) => h("span", { className: place ? "number" : "grow" }, cell))),
    h("p", { className: "arithmetic" }, words));

  const lack = (short) => (short ? h("b", { className: "lack" }, count(short)) : count(short));

  function posts(row) {
    const rows = staffing.ofGrid().get(row) || [];
    if (!rows.length) return null;
    const head = [null, ...["required", "held", "short"].map((column) => t(`staff.${column}`))];
    const figures = (line) => [t(`post.${staffing.post.word(line)}`), count(staffing.required[line]), count(staffing.held[line]), lack(staffing.short[line])];
    const known = grids.short[row] !== null;
    return section(t("section.staffing"), h("div", { className: "posts" },
      h("p", { className: "head" }, head.map((word, place) => h("span", { className: place ? "number" : "grow" }, word))),
      rows.map((line) => opening("post", figures(line), told(staffing.arithmetic(line)))),
      h("p", { className: "sum" }, [t("post.all"), count(grids.required[row]), count(grids.held[row]), lack(grids.short[row])]
        .map((cell, place) => h("span", { className: place ? "number" : "grow" }, cell)))),
    h("p", { className: "calm" }, t(known ? "staff.why" : "staff.unknown")));
  }

  function organisation(row) {
    if (!party.known || party.form.word(row) === null) return null;
    const form = party.form.word(row);
    const proposed = party.proposed_form.word(row);
    const stays = proposed === form && (party.proposed_name.word(row) === null || party.proposed_name.word(row) === party.name.word(row));
    return section(t("section.party"), facts([
      [t("party.today"), [form !== "none" && h("i", { className: `flag ${form}`, "aria-hidden": "true" }), t(`form.${form}`)]],
      [t("party.organisation"), party.name.word(row)],
      [t("party.members"), party.members[row] === null ? null : count(party.members[row])],
      [t("party.proposed"), proposed && (stays ? t("party.as_today") : h("b", {}, t(`form.${proposed}`)))],
    ]), party.reason(row) && h("p", { className: "arithmetic" }, told(party.reason(row))));
  }

  /** Whether the grid has premises: which, or by the ledger where a build does not keep them. */
  function workedFrom(row) {
    const own = premises.ofGrid().get(row) || [];
    if (own.length) return joined(own.map((one) => link({ type: "premises", row: one }, premises.title(one))));
    if (grids.isUnclaimed(row)) return t("premises.not_needed");
    if (build.has("not_evaluated.no_premises")) return t("premises.unknown");
    const missing = (gaps.ofGrid().get(row) || []).some((gap) => gaps.kind.word(gap) === "no_premises");
    return missing ? h("b", { className: "lack" }, t("premises.missing")) : gaps.count ? t("premises.some") : null;
  }

  const often = (days) => (days === 1 ? t("rounds.daily") : days < 1 ? t("rounds.often", { times: String(Math.round(10 / days) / 10) }) : t("rounds.every", { days }));
  const every = ([days, source]) => [often(days), h("small", {}, ` ${source}`)];

  function service(row) {
    const days = rounds(row);
    return section(t("section.service"), facts([
      [t("column.premises"), workedFrom(row)],
      ...["patrol", "visit", "inspection"].map((name) => [t(`rounds.${name}`), days && days[name] ? every(days[name]) : null]),
    ]), days && h("p", { className: "footnote" }, t("page.sources")));
  }

  function stars(row) {
    const known = settlement.class.word(row);
    const rows = [...(ratings.ofGrid().get(row) || [])].reverse();
    if (known === null && !rows.length) return null;
    const shown = (number) => (number ? h("span", { className: "stars" }, "★".repeat(number), h("i", {}, "★".repeat(5 - number))) : t("rating.no_star"));
    return section(t("section.rating"), facts([
      [t("rating.class"), known && t("rating.of_class", { class: known })],
      [t("rating.self_management"), settlement.self_management.word(row) && t(`self_management.${settlement.self_management.word(row)}`)],
    ]), rows.length ? h("div", { className: "posts" }, rows.map((line) => opening("post",
      [period(ratings.period.word(line)), ratings.score[line] === null ? "–" : t("say.points", { points: String(ratings.score[line]) }), shown(ratings.stars[line])],
      told(ratings.arithmetic(line))))) : h("p", { className: "calm" }, t("rating.unrated")));
  }

  return (row) => [posts(row), organisation(row), service(row), stars(row)];
})();
