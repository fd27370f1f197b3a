// The choice of a base map: none, Tianditu with a key, tiles by address, or a file of one's own.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { BASE_KINDS, type BaseKind, type BaseMap, rastersOf } from "../map/base_map";
import { archive, baseMap, blockedHere } from "../state/base_map";
import { t, type WordKey } from "../words";

const change = (part: Partial<BaseMap>): void => {
  baseMap.value = { ...baseMap.peek(), ...part };
};

export function BaseMapChoice(): JSX.Element {
  const { kind, fills } = baseMap.value;
  return (
    <div class="base-map">
      <label class="fill-choice">
        <span>{t("base.title")}</span>
        <select value={kind} onChange={(event) => change({ kind: event.currentTarget.value as BaseKind })}>
          {BASE_KINDS.map((each) => (
            <option key={each} value={each}>
              {t(`base.${each}`)}
            </option>
          ))}
        </select>
      </label>
      {kind.startsWith("tianditu") && <KeyField />}
      {kind === "xyz" && <AddressField hint="base.xyz_hint" />}
      {kind === "wmts" && <AddressField hint="base.wmts_hint" />}
      {kind === "pmtiles" && <FileField />}
      <Trouble />
      {kind !== "none" && (
        <label class="see-through">
          <span>{t("base.fills")}</span>
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={fills}
            onInput={(event) => change({ fills: Number(event.currentTarget.value) })}
          />
        </label>
      )}
    </div>
  );
}

function KeyField(): JSX.Element {
  return (
    <label>
      {t("base.key")}
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={baseMap.value.key}
        onChange={(event) => change({ key: event.currentTarget.value.trim() })}
      />
    </label>
  );
}

function AddressField({ hint }: { hint: WordKey }): JSX.Element {
  const { address } = baseMap.value;
  return (
    <label>
      {t("base.address")}
      <input
        type="url"
        spellcheck={false}
        placeholder="https://…/{z}/{x}/{y}.png"
        value={address}
        onChange={(event) => change({ address: event.currentTarget.value.trim() })}
      />
      <small>{t(hint)}</small>
    </label>
  );
}

function FileField(): JSX.Element {
  const [name, setName] = useState("");
  const [failed, setFailed] = useState(false);
  const open = async (file: File | undefined) => {
    if (!file) return;
    const { openArchive } = await import("../map/archive");
    try {
      archive.value = await openArchive(file);
      setName(file.name);
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  return (
    <label>
      {t("base.file")}
      <input type="file" accept=".pmtiles" onChange={(event) => void open(event.currentTarget.files?.[0])} />
      <small>{failed ? t("base.no_pmtiles") : name || t("base.file_hint")}</small>
    </label>
  );
}

/** Why a base map does not show, where that is known. */
function Trouble(): JSX.Element | null {
  const base = baseMap.value;
  const blocked = blockedHere.value;
  if (blocked.length > 0) return <p class="refusal">{t("base.blocked", { origins: blocked.slice(0, 2).join(" ") })}</p>;
  const wanting = base.kind.startsWith("tianditu") ? base.key : base.address;
  const unread = ["xyz", "wmts"].includes(base.kind) && wanting && rastersOf(base).length === 0;
  return unread ? <p class="refusal">{t("base.unread")}</p> : null;
}
