/** Requests that were sent before the part of the page was there that wants their answer; each is taken once. */
const sent = new Map<string, Promise<Response>>();

/** Sends a request that is sure to be wanted, beside those that come before it. */
export function sendEarly(address: string): void {
  const answer = fetch(address, {
    headers: { accept: 'application/json' },
    credentials: 'same-origin',
  });
  // Whoever takes it asks again after a failure; nobody may take it.
  answer.catch(() => undefined);
  sent.set(address, answer);
}

/** The answer on its way to this request, if there is one and it is good. */
export async function takeEarly(address: string): Promise<Response | undefined> {
  const answer = sent.get(address);
  sent.delete(address);
  const response = await answer?.catch(() => undefined);
  return response?.ok === true ? response : undefined;
}
