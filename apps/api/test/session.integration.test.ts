import { session } from '@verimeter/api-schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const signIn = (key: string, headers: Record<string, string> = {}): Promise<Answer> =>
  fixture.request('/session', { key: null, method: 'POST', body: { key }, headers });

function cookieOf(answer: Answer): { cookie: string; attributes: string[] } {
  const [pair = '', ...attributes] = (answer.headers.getSetCookie()[0] ?? '').split('; ');
  return { cookie: pair, attributes };
}

async function signedIn(key: string): Promise<{ cookie: string }> {
  return { cookie: cookieOf(await signIn(key)).cookie };
}

test('a key is exchanged for a cookie that scripts and other sites cannot use', async () => {
  const answer = await signIn(fixture.keys.a.operator);
  expect(answer.status).toBe(200);
  expectShape(session, answer.body);
  expect(answer.body).toMatchObject({ tenant: 'a', role: 'operator', zone: 'Asia/Ho_Chi_Minh' });
  const { cookie, attributes } = cookieOf(answer);
  expect(cookie).toMatch(/^verimeter_session=[\w-]{43}$/);
  expect(attributes).toEqual(
    expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=604800']),
  );
  expect(cookie).not.toContain(fixture.keys.a.operator);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('the token is stored as a hash only', async () => {
  const { cookie } = await signedIn(fixture.keys.a.viewer);
  const token = cookie.split('=')[1] ?? '';
  const { rows } = await fixture.database.servicePool.query(
    `SELECT count(*) AS n FROM sessions WHERE encode(token_sha256, 'escape') LIKE '%' || $1 || '%'`,
    [token],
  );
  expect(rows[0].n).toBe(0);
  const hashed = await fixture.database.servicePool.query(
    'SELECT count(*) AS n FROM sessions WHERE token_sha256 = sha256($1)',
    [Buffer.from(token)],
  );
  expect(hashed.rows[0].n).toBe(1);
});

test('the cookie reads as the key would', async () => {
  const headers = await signedIn(fixture.keys.b.viewer);
  const { body } = await fixture.request('/devices', { key: null, headers });
  expect(body.items).toMatchObject([{ device_id: 'foreign' }]);
  const who = await fixture.request('/session', { key: null, headers });
  expect(who.body).toMatchObject({ tenant: 'b', role: 'viewer' });
  expect(Date.parse(who.body.expires_at)).toBeGreaterThan(Date.now());
});

test('a change with the cookie needs the same origin', async () => {
  const { cookie } = await signedIn(fixture.keys.a.operator);
  const { host } = new URL(fixture.api.url);
  const change = (headers: Record<string, string>): Promise<Answer> =>
    fixture.request('/findings/1', {
      key: null,
      method: 'PATCH',
      body: { comment: 'x' },
      headers: { cookie, ...headers },
    });
  expect((await change({ origin: `http://${host}` })).status).toBe(200);
  expect((await change({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  expectProblem(await change({ origin: 'http://evil.example' }), 'forbidden');
  expectProblem(await change({ origin: 'null' }), 'forbidden');
  expectProblem(await change({ origin: `http://${host}.evil.example` }), 'forbidden');
  expectProblem(await change({ 'sec-fetch-site': 'cross-site' }), 'forbidden');
  expectProblem(await change({ 'sec-fetch-site': 'same-site' }), 'forbidden');
  expectProblem(
    await change({ 'sec-fetch-site': 'cross-site', origin: `http://${host}` }),
    'forbidden',
  );
});

test('another site cannot sign a visitor in', async () => {
  const headers = { origin: 'http://evil.example' };
  expectProblem(await signIn(fixture.keys.a.viewer, headers), 'forbidden');
});

test('signing out ends the session at once, and again does no harm', async () => {
  const headers = await signedIn(fixture.keys.a.viewer);
  expect((await fixture.request('/session', { key: null, headers })).status).toBe(200);
  const out = await fixture.request('/session', { key: null, method: 'DELETE', headers });
  expect(out.status).toBe(204);
  expect(cookieOf(out).attributes.join()).toMatch(/Expires=Thu, 01 Jan 1970|Max-Age=0/);
  expectProblem(await fixture.request('/session', { key: null, headers }), 'unauthenticated');
  const again = await fixture.request('/session', { key: null, method: 'DELETE', headers });
  expect(again.status).toBe(204);
});

test('sessions end with their key and with their time', async () => {
  const { servicePool } = fixture.database;
  const ofKey = await signedIn(fixture.keys.b.admin);
  const expired = await signedIn(fixture.keys.b.operator);
  await servicePool.query(`UPDATE api_keys SET revoked_at = now() WHERE id = 'b-admin'`);
  await servicePool.query(`UPDATE sessions SET expires_at = now() WHERE key_id = 'b-operator'`);
  expectProblem(
    await fixture.request('/session', { key: null, headers: ofKey }),
    'unauthenticated',
  );
  expectProblem(
    await fixture.request('/session', { key: null, headers: expired }),
    'unauthenticated',
  );
});

test('unknown keys, device keys and bad bodies do not sign in', async () => {
  expectProblem(await signIn('vm_unknown'), 'unauthenticated');
  expectProblem(await signIn(fixture.keys.a.device), 'forbidden');
  const missing = await fixture.request('/session', { key: null, method: 'POST', body: {} });
  expect(expectProblem(missing, 'invalid_request').errors[0]?.field).toBe('key');
  const none = await fixture.request('/session', { key: null, method: 'POST' });
  expectProblem(none, 'invalid_request');
});
