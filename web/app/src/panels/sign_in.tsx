// Signing in, where a session is asked for: by a password, or with the identity provider, where there is one.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, Refusal, readSession, readWays, type Session, signIn, Unreachable, type Ways } from "../api";
import { signedOut } from "../state/connection";
import { known, passes } from "../state/loading";
import { session } from "../state/plans";
import { t } from "../words";
import { refusalSentence } from "./refusals";

/** The first page of whoever is not signed in. */
export function SignIn({ onDone }: { onDone: () => void }): JSX.Element {
  return (
    <main class="sign-in">
      <SignInForm onDone={onDone} />
    </main>
  );
}

/** Over the page, where a session ended: what was drawn is kept, and goes on for the same person. */
export function SignInAgain(): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const show = () => box.current?.showModal();
  useEffect(() => {
    show();
    const look = () => void cameBack();
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, []);
  return (
    <dialog class="sign-in" aria-label={t("sign_in.enter")} ref={box} onClose={show}>
      <SignInForm onDone={goOn} again />
    </dialog>
  );
}

/** Who comes from a tab in which they signed in need not do it again. */
async function cameBack(): Promise<void> {
  try {
    goOn(await readSession());
  } catch (error) {
    if (!passes(error)) throw error;
  }
}

function goOn({ name }: Session): void {
  if (known(session.now.peek())?.name === name) signedOut.value = false;
  else window.location.reload(); // what is on the page is another person's
}

/** Why somebody was not signed in. */
export function refusedSentence(problem: Problem): string {
  if (problem.code === "sign_in_refused") return t("sign_in.refused");
  if (problem.status !== 429) return refusalSentence(problem);
  const { wait_s = 60 } = problem;
  const wait =
    wait_s < 60
      ? t("sign_in.wait.seconds", { count: wait_s })
      : t("sign_in.wait.minutes", { count: Math.ceil(wait_s / 60) });
  return t("sign_in.too_many", { wait });
}

function SignInForm({ onDone, again }: { onDone: (session: Session) => void; again?: boolean }): JSX.Element {
  const [name, setName] = useState((again && known(session.now.peek())?.name) || "");
  const [password, setPassword] = useState("");
  const [refusal, setRefusal] = useState("");
  const enter = async (event: Event) => {
    event.preventDefault();
    try {
      onDone(await signIn(name, password));
    } catch (error) {
      if (error instanceof Refusal) setRefusal(refusedSentence(error.problem));
      else if (error instanceof Unreachable) setRefusal(t("failed.server"));
      else throw error;
    }
  };
  return (
    <form class="step" onSubmit={(event) => void enter(event)}>
      <h1>
        <span class="brand" aria-hidden="true">
          <i />
        </span>
        {t("page.title")}
      </h1>
      {again && <p>{t("sign_in.again")}</p>}
      <Field label={t("sign_in.name")} autocomplete="username" value={name} onInput={setName} />
      <Field
        label={t("sign_in.password")}
        type="password"
        autocomplete="current-password"
        value={password}
        onInput={setPassword}
      />
      <p class="refusal" role="alert">
        {refusal}
      </p>
      <button type="submit" class="button primary">
        {t("sign_in.enter")}
      </button>
      <Elsewhere {...(again && { target: "_blank" })} />
    </form>
  );
}

interface FieldProps {
  label: string;
  value: string;
  autocomplete: "username" | "current-password";
  type?: "password";
  onInput: (value: string) => void;
}

function Field({ label, value, autocomplete, type, onInput }: FieldProps): JSX.Element {
  return (
    <label>
      {label}
      <input
        {...(type && { type })}
        autocomplete={autocomplete}
        required
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

/** The way to the identity provider; from a page that shall stay as it is, in a tab of its own. */
function Elsewhere({ target }: { target?: "_blank" }): JSX.Element | null {
  const [ways, setWays] = useState<Ways | null>(null);
  useEffect(() => {
    readWays().then(setWays, () => {}); // without an answer there is no way either
  }, []);
  if (!ways?.openid) return null;
  return (
    <a class="button" href={ways.openid} {...(target && { target, rel: "noopener" })}>
      {t("sign_in.elsewhere", { name: ways.provider ?? t("sign_in.provider") })}
    </a>
  );
}
