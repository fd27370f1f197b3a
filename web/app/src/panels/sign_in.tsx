// Signing in, where a session is asked for.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refusal, signIn, Unreachable } from "../api";
import { t } from "../words";

export function SignIn({ onDone }: { onDone: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [refusal, setRefusal] = useState("");
  const enter = async (event: Event) => {
    event.preventDefault();
    try {
      await signIn(name, password);
      onDone();
    } catch (error) {
      if (error instanceof Refusal) setRefusal(t("sign_in.refused"));
      else if (error instanceof Unreachable) setRefusal(t("failed.server"));
      else throw error;
    }
  };
  return (
    <main class="sign-in">
      <form class="step" onSubmit={(event) => void enter(event)}>
        <h1>
          <span class="brand" aria-hidden="true">
            <i />
          </span>
          {t("page.title")}
        </h1>
        <label>
          {t("sign_in.name")}
          <input
            autocomplete="username"
            required
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          {t("sign_in.password")}
          <input
            type="password"
            autocomplete="current-password"
            required
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <p class="refusal" role="alert">
          {refusal}
        </p>
        <button type="submit" class="button primary">
          {t("sign_in.enter")}
        </button>
      </form>
    </main>
  );
}
