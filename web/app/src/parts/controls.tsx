// Small controls that panels share.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  label?: string;
  shortcut?: string;
  kind?: "plain" | "primary" | "quiet";
  class?: string;
  pressed?: boolean;
  disabled?: boolean;
  /** Why it can't be pressed, or what it does. */
  title?: string | undefined;
  onClick: () => void;
}

/** A button; without text, `label` names it to a screen reader. */
export function Button({
  children,
  icon,
  label,
  kind = "plain",
  class: styled = "",
  pressed,
  disabled,
  title,
  onClick,
}: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`button ${kind} ${styled}`.trim()}
      aria-label={label}
      aria-pressed={pressed}
      aria-disabled={disabled}
      title={title ?? label}
      onClick={() => !disabled && onClick()}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface MenuProps {
  label: ComponentChildren;
  name: string;
  align?: "left" | "right";
  class?: string;
  children: (close: () => void) => ComponentChildren;
}

/** A button that opens a panel below it; Escape, or a click elsewhere, closes it. */
export function Menu({ label, name, align = "left", class: styled = "", children }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => !box.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    close();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is heard from whatever in the menu has the focus.
    <div class={`menu ${styled}`} ref={box} onKeyDown={onKeyDown}>
      <button type="button" class="button plain" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {label !== name && <span class="unseen">{name} </span>}
        {label}
        <Icon name="down" />
      </button>
      {open && (
        <div class={`menu-panel ${align}`} id={id}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  name: string;
  value: Value;
  options: readonly { value: Value; label: ComponentChildren }[];
  onChoose: (value: Value) => void;
  class?: string;
}

/** One of a few, side by side; arrow keys move between them as in any radio group. */
export function Choice<Value extends string>({
  name,
  value,
  options,
  onChoose,
  class: styled = "",
}: ChoiceProps<Value>): JSX.Element {
  const group = useId();
  return (
    <fieldset class={`choice ${styled}`}>
      <legend class="unseen">{name}</legend>
      {options.map((option) => (
        <label key={option.value} class={option.value === value ? "chosen" : ""}>
          <input type="radio" name={group} checked={option.value === value} onChange={() => onChoose(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

interface TabsProps<Value extends string> {
  name: string;
  value: Value;
  tabs: readonly { value: Value; label: ComponentChildren }[];
  onChoose: (value: Value) => void;
  children: ComponentChildren;
}

export function Tabs<Value extends string>({ name, value, tabs, onChoose, children }: TabsProps<Value>): JSX.Element {
  const id = useId();
  const step = (event: KeyboardEvent) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    const row = tabs.findIndex((each) => each.value === value);
    const next = tabs[(row + way + tabs.length) % tabs.length];
    if (next) onChoose(next.value);
    const strip = event.currentTarget as HTMLElement;
    requestAnimationFrame(() => strip.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  };
  return (
    <div class="tabs">
      <div class="tab-strip" role="tablist" aria-label={name} onKeyDown={step}>
        {tabs.map((each) => (
          <button
            key={each.value}
            type="button"
            role="tab"
            id={`${id}-${each.value}`}
            aria-selected={each.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={each.value === value ? 0 : -1}
            onClick={() => onChoose(each.value)}
          >
            {each.label}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </div>
  );
}

/** A computed figure: pressed, it shows the arithmetic and the rule behind it. */
export function Computed({
  children,
  arithmetic,
}: {
  children: ComponentChildren;
  arithmetic: ComponentChildren;
}): JSX.Element {
  const [open, setOpen] = useState(false);
  if (!arithmetic) return <>{children}</>;
  return (
    <>
      <button type="button" class="computed" aria-expanded={open} onClick={() => setOpen(!open)}>
        {children}
      </button>
      {open && <p class="arithmetic">{arithmetic}</p>}
    </>
  );
}

/** Grey bars where something will stand. */
export function Skeleton({ lines = 4 }: { lines?: number }): JSX.Element {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}

/** What is empty, or went wrong, and the one thing to do next. */
export function Blank({
  children,
  action,
}: {
  children: ComponentChildren;
  action?: { label: string; onClick: () => void };
}): JSX.Element {
  return (
    <div class="blank">
      <p>{children}</p>
      {action && (
        <Button kind="primary" onClick={action.onClick}>
          {action.label}
        </Button>
      )}
    </div>
  );
}
