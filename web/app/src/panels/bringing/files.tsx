// The first step: files, dropped or chosen, and what is in them.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../../parts/controls";
import { bring, found, sending, takeAway, upload } from "../../state/uploads";
import { t } from "../../words";
import { count } from "../../words/figures";

export function Files({ onDone }: { onDone: () => void }): JSX.Element {
  const files = upload.value?.files ?? [];
  return (
    <>
      <p class="note">{t("bring.privacy")}</p>
      <DropPlace />
      {sending.value && (
        <p class="working" role="status">
          {t("bring.sending", { what: sending.value })}
        </p>
      )}
      <ul class="brought">
        {files.map((file) => (
          <li key={file.name}>
            <b>{file.name}</b> <small>{bytes(file.bytes)}</small>
            <small>{whatIsIn(file.name)}</small>
            <Button
              icon="cross"
              kind="quiet"
              label={t("bring.remove", { name: file.name })}
              onClick={() => void takeAway(file.name)}
            />
          </li>
        ))}
      </ul>
      {upload.value?.unreadable.map((line) => (
        <p class="refusal" key={line}>
          {line}
        </p>
      ))}
      <footer>
        <Button
          kind="primary"
          disabled={found.value.length === 0 || sending.value !== ""}
          title={found.value.length === 0 ? t("bring.none_yet") : undefined}
          onClick={onDone}
        >
          {t("bring.to_layers")}
        </Button>
      </footer>
    </>
  );
}

function DropPlace(): JSX.Element {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void bring([...(event.dataTransfer?.files ?? [])]);
  };
  const chosen = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    input.value = ""; // the same file may be chosen again
    void bring(files);
  };
  return (
    <label
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => [event.preventDefault(), setOver(true)]}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input type="file" multiple class="unseen" onChange={(event) => chosen(event.currentTarget)} />
      <b>{t("bring.drop")}</b>
      <small>{t("bring.formats")}</small>
    </label>
  );
}

function whatIsIn(file: string): string {
  const inside = found.value.filter((each) => each.file === file);
  return inside
    .map((each) => t("bring.inside", { shape: t(`bring.shape.${each.shape}`), count: count(each.count) }))
    .join(t("list.separator"));
}

const MEGA = 1_000_000;

const bytes = (size: number): string =>
  size < MEGA ? `${Math.max(1, Math.round(size / 1000))} kB` : `${(size / MEGA).toFixed(1)} MB`;
