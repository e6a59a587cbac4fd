import { type FormEvent, useId, useState } from 'react';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { errorText } from '../lib/error-text.ts';
import type { ApiError } from '../lib/api-client.ts';
import type { Messages } from '../i18n/messages-en.ts';
import { useSession } from '../lib/session.tsx';
import { Hinted } from './feedback.tsx';
import { LanguageSwitch, Wordmark } from './brand.tsx';

function explain(error: ApiError, t: Messages): string {
  // The session's end carries no detail of the server; a refused key does.
  if (error.code === 'unauthenticated')
    return error.message === '' ? t.signIn.expired : t.signIn.refused;
  if (error.code === 'invalid_request') return t.signIn.refused;
  if (error.code === 'forbidden') return t.signIn.forbidden;
  return errorText(error, t);
}

export function SignIn({ error }: { readonly error: ApiError | undefined }) {
  const { t } = useText();
  const { signIn } = useSession();
  const [working, setWorking] = useState(false);
  const id = useId();
  useTitle(t.signIn.title);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key !== 'string' || key.trim() === '') return;
    setWorking(true);
    await signIn(key.trim());
    setWorking(false);
  };
  return (
    <div className="gate">
      <main className="gate-card">
        <div className="gate-head">
          <Wordmark />
          <LanguageSwitch />
        </div>
        <h1>{t.signIn.title}</h1>
        {error !== undefined && (
          <div className="problem" role="alert">
            {explain(error, t)}
          </div>
        )}
        <form onSubmit={(event) => void submit(event)}>
          <label htmlFor={id}>{t.signIn.key}</label>
          <input
            id={id}
            name="key"
            type="password"
            autoComplete="current-password"
            spellCheck={false}
            required
          />
          <button type="submit" className="primary" disabled={working}>
            {working ? t.signIn.working : t.signIn.submit}
          </button>
        </form>
        <p className="hint">
          <Hinted text={t.signIn.lead} />
        </p>
      </main>
    </div>
  );
}
