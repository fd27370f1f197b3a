// What the keys do: opened by "?", or from the menu of the user.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../parts/controls";
import { TOOLS } from "../tools";
import { t } from "../words";

export const helping = signal(false);

const KEPT_AS = "onegrid.letters";

/** Whether a letter alone does something; whoever speaks to the machine, or hits keys by chance, switches it off. */
export const withLetters = signal(typeof localStorage === "undefined" || localStorage.getItem(KEPT_AS) !== "off");

const heedLetters = (heed: boolean): void => {
  withLetters.value = heed;
  localStorage.setItem(KEPT_AS, heed ? "on" : "off");
};

const KEYS = {
  move: "← ↑ → ↓",
  zoom: "+ −",
  click: "␣",
  commit: "Enter",
  discard: "Esc",
  undo: "Ctrl Z",
  redo: "Ctrl Y",
  search: "/",
  shift: "Shift",
  print: "P",
  help: "?",
} as const;

export function Shortcuts(): JSX.Element | null {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helping.value) box.current?.showModal();
  }, [helping.value]);
  if (!helping.value) return null;
  const close = () => {
    helping.value = false;
  };
  return (
    <dialog class="shortcuts" ref={box} aria-label={t("keys.title")} onClose={close}>
      <header>
        <h2>{t("keys.title")}</h2>
        <Button icon="cross" kind="quiet" label={t("inspector.close")} onClick={close} />
      </header>
      <div class="columns">
        <dl>
          {TOOLS.map(({ id, shortcut }) => (
            <div key={id}>
              <dt>
                <kbd>{shortcut.toUpperCase()}</kbd>
              </dt>
              <dd>
                <b>{t(`tool.${id}`)}</b> {t(`tool.${id}.what`)}
              </dd>
            </div>
          ))}
        </dl>
        <dl>
          {Object.entries(KEYS).map(([name, key]) => (
            <div key={name}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(`keys.${name as keyof typeof KEYS}`)}</dd>
            </div>
          ))}
        </dl>
      </div>
      <label class="switch">
        <input
          type="checkbox"
          checked={withLetters.value}
          onChange={(event) => heedLetters(event.currentTarget.checked)}
        />
        {t("keys.letters")}
      </label>
    </dialog>
  );
}
