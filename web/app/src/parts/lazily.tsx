// Parts of the page that are fetched when they are first wanted.

import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../words";
import { Blank, Skeleton } from "./controls";

/** A component that stands for one in a file of its own; grey bars until that is there, a way to try again if it fails. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): (props: Props) => JSX.Element {
  const found = signal<{ part: ComponentType<Props> } | null>(null);
  const failed = signal(false);
  const fetch = () => {
    failed.value = false;
    load().then(
      (part) => {
        found.value = { part };
      },
      () => {
        failed.value = true;
      },
    );
  };
  return (props) => {
    useEffect(() => {
      if (!found.peek()) fetch();
    }, []);
    if (failed.value) return <Blank action={{ label: t("failed.again"), onClick: fetch }}>{t("failed.part")}</Blank>;
    const Part = found.value?.part;
    return Part ? <Part {...props} /> : <Skeleton lines={10} />;
  };
}
