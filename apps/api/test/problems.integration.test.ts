import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, expectProblem, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const READINGS = '/readings?device_id=m1&quantity=active_energy_import';

describe('invalid_request names the field and the fix', () => {
  test.each([
    ['/devices?colour=red', 'colour', /not a parameter/],
    ['/devices/m1?colour=red', 'colour', /not a parameter/],
    ['/openapi.json?pretty=1', 'pretty', /not a parameter/],
    ['/devices?limit=0', 'limit', /1 to 1000/],
    ['/devices?limit=1001', 'limit', /1 to 1000/],
    ['/devices?limit=ten', 'limit', /1 to 1000/],
    ['/devices?limit=1&limit=2', 'limit', /more than once/],
    ['/devices?kind=toaster', 'kind', /toaster.*electricity_meter/],
    ['/health?sort=name', 'sort', /risk, device_id/],
    ['/readings?quantity=active_energy_import', 'device_id', /required/],
    ['/readings?device_id=m1', 'quantity', /required/],
    ['/readings?device_id=m1&quantity=watts', 'quantity', /active_power/],
    ['/readings?device_id=m%201&quantity=active_power', 'device_id', /characters/],
    [`${READINGS}&from=yesterday`, 'from', /2026-11-22T00:00:00Z/],
    [`${READINGS}&from=2026-02-30T00:00:00Z`, 'from', /exists/],
    [`${READINGS}&to=2026-03-10T00:00:00`, 'to', /time zone.*2026-03-10T00:00:00Z/],
    [`${READINGS}&from=2026-03-10&to=2026-03-09`, 'to', /before `from`/],
    [`${READINGS}&resolution=2h`, 'resolution', /15m, 1h, 1d, 1mo/],
    [`${READINGS}&resolution=1d&zone=Mars/Base`, 'zone', /Asia\/Ho_Chi_Minh/],
    [`${READINGS}&resolution=1d&zone=%2B07:00`, 'zone', /IANA/],
    [`${READINGS}&resolution=1d&zone=CET`, 'zone', /IANA/],
    [`${READINGS}&zone=UTC`, 'zone', /resolution/],
    [`${READINGS}&resolution=1d&include=conflicts`, 'include', /combined/],
    [`${READINGS}&include=all`, 'include', /conflicts/],
    ['/ledger?from=2026-13-01', 'from', /exists/],
    ['/ledger?from=2026-03-10&to=2026-03-09', 'to', /before/],
    ['/events?event=weather', 'event', /reading, finding, quarantine/],
  ])('%s', async (path, field, message) => {
    const problem = expectProblem(await fixture.request(path), 'invalid_request');
    expect(problem.errors).toEqual([{ field, message: expect.stringMatching(message) }]);
    expect(problem.detail).toContain(field);
  });

  test('several bad fields at once', async () => {
    const problem = expectProblem(
      await fixture.request('/devices?limit=0&colour=red&kind=x'),
      'invalid_request',
    );
    expect(problem.errors.map((error) => error.field).toSorted()).toEqual([
      'colour',
      'kind',
      'limit',
    ]);
  });

  test.each([
    [{}, '', /status/],
    [{ status: 'done' }, 'status', /acknowledged/],
    [{ comment: 7 }, 'comment', /text/],
    [{ comment: 'x'.repeat(4001) }, 'comment', /4000/],
    [{ status: 'open', owner: 'me' }, 'owner', /not a field/],
  ])('body %j', async (body, field, message) => {
    const answer = await fixture.request('/findings/1', {
      key: fixture.keys.a.operator,
      method: 'PATCH',
      body,
    });
    const problem = expectProblem(answer, 'invalid_request');
    expect(problem.errors).toEqual([{ field, message: expect.stringMatching(message) }]);
  });

  test('a body that is not JSON', async () => {
    const answer = await fixture.request('/findings/1', {
      key: fixture.keys.a.operator,
      method: 'PATCH',
      body: '{"status":',
    });
    expectProblem(answer, 'invalid_request');
  });

  test('an id that is no number and a path that is no text', async () => {
    const patch = { key: fixture.keys.a.operator, method: 'PATCH', body: { status: 'open' } };
    expectProblem(await fixture.request('/findings/one', patch), 'invalid_request');
    expectProblem(await fixture.request('/devices/%zz'), 'invalid_request');
    expectProblem(await fixture.request('/devices/a%2Fb'), 'invalid_request');
  });
});

describe('invalid_cursor', () => {
  test('what is no cursor, belongs elsewhere or was changed', async () => {
    const { body } = await fixture.request('/devices?limit=1');
    const cursor: string = body.next_cursor;
    const refused = [
      '/devices?cursor=abc',
      '/devices?cursor=',
      `/groups?cursor=${cursor}`,
      `/devices?kind=electricity_meter&cursor=${cursor}`,
      `/devices?cursor=${Buffer.from('["zz"]').toString('base64url')}.${cursor.split('.')[1]}`,
    ];
    for (const path of refused) {
      // oxlint-disable-next-line no-await-in-loop
      const problem = expectProblem(await fixture.request(path), 'invalid_cursor');
      expect(problem.errors[0]?.field).toBe('cursor');
    }
    expectProblem(
      await fixture.request(`/devices?cursor=${cursor}`, { key: fixture.keys.b.viewer }),
      'invalid_cursor',
    );
    expect((await fixture.request(`/devices?limit=3&cursor=${cursor}`)).status).toBe(200);
  });
});

describe('unauthenticated', () => {
  test.each([
    ['no key', null, {}],
    ['an unknown key', 'vm_unknown', {}],
    ['another scheme', null, { authorization: 'Basic YTpi' }],
    ['a key without scheme', null, { authorization: 'vm_unknown' }],
    ['an unknown session', null, { cookie: 'verimeter_session=abc' }],
  ])('%s', async (_case, key, headers) => {
    const answer = await fixture.request('/devices', { key, headers });
    expectProblem(answer, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  test('is said before anything about the request', async () => {
    expectProblem(await fixture.request('/devices?colour=red', { key: null }), 'unauthenticated');
    expectProblem(await fixture.request('/devices/none', { key: null }), 'unauthenticated');
  });

  test('a revoked key stops within seconds, a new one works at once', async () => {
    const { servicePool } = fixture.database;
    const before = await fixture.request('/devices', { key: fixture.keys.b.viewer });
    expect(before.status).toBe(200);
    await servicePool.query(`UPDATE api_keys SET revoked_at = now() WHERE id = 'b-viewer'`);
    await expect
      .poll(
        async () => (await fixture.request('/devices', { key: fixture.keys.b.viewer })).status,
        {
          timeout: 5000,
        },
      )
      .toBe(401);
    await servicePool.query(`UPDATE api_keys SET revoked_at = NULL WHERE id = 'b-viewer'`);
    const after = await fixture.request('/devices', { key: fixture.keys.b.viewer });
    expect(after.status).toBe(200);
  });
});

describe('forbidden', () => {
  test('a viewer may not change', async () => {
    const answer = await fixture.request('/findings/1', {
      method: 'PATCH',
      body: { status: 'open' },
    });
    expect(expectProblem(answer, 'forbidden').detail).toContain('operator');
  });

  test('an admin may do what an operator may', async () => {
    const answer = await fixture.request('/findings/1', {
      key: fixture.keys.a.admin,
      method: 'PATCH',
      body: { status: 'acknowledged' },
    });
    expect(answer.status).toBe(200);
  });

  test.each(['/devices', '/readings?device_id=m1&quantity=active_power', '/events', '/session'])(
    'a device key may not read %s',
    async (path) => {
      expectProblem(await fixture.request(path, { key: fixture.keys.a.device }), 'forbidden');
    },
  );
});

describe('other problems', () => {
  test('not_found: unknown things and addresses; methods an address does not take', async () => {
    expectProblem(await fixture.request('/devices/none'), 'not_found');
    expectProblem(await fixture.request('/groups/none'), 'not_found');
    expectProblem(await fixture.request('/health/none'), 'not_found');
    expectProblem(
      await fixture.request('/readings?device_id=none&quantity=active_power'),
      'not_found',
    );
    expectProblem(await fixture.request('/nowhere'), 'not_found');
    expectProblem(await fixture.request('/devices', { method: 'DELETE' }), 'method_not_allowed');
    for (const id of [3, 999])
      expectProblem(
        await fixture.request(`/quarantine/${id}/replay`, {
          key: fixture.keys.a.operator,
          method: 'POST',
        }),
        'not_found',
      );
    expectProblem(
      await fixture.request('/findings/999', {
        key: fixture.keys.a.operator,
        method: 'PATCH',
        body: { status: 'open' },
      }),
      'not_found',
    );
  });

  test('payload_too_large', async () => {
    const answer = await fixture.request('/session', {
      method: 'POST',
      body: { key: 'x'.repeat(70_000) },
    });
    expectProblem(answer, 'payload_too_large');
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'unsupported_media_type: %s',
    async (type) => {
      const answer = await fixture.request('/session', {
        method: 'POST',
        body: 'key=1',
        headers: { 'content-type': type },
      });
      expectProblem(answer, 'unsupported_media_type');
    },
  );

  test('every answer carries the security headers', async () => {
    for (const path of ['/devices', '/nowhere', '/openapi.json']) {
      // oxlint-disable-next-line no-await-in-loop
      const { headers } = await fixture.request(path);
      expect(headers.get('content-security-policy')).toMatch(
        /default-src 'self'.*frame-ancestors 'none'/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

test.each([
  ['PUT', '/devices', 'GET, HEAD'],
  ['DELETE', '/plans/1/items', 'GET, HEAD'],
  ['POST', '/findings/1', 'GET, HEAD, PATCH'],
  ['OPTIONS', '/webhooks', 'GET, HEAD, POST'],
  ['QUERY', '/sources', 'GET, HEAD'],
])('%s %s is not taken; Allow says what is', async (method, path, allowed) => {
  const answer = await fixture.request(path, { method });
  expectProblem(answer, 'method_not_allowed');
  expect(answer.headers.get('allow')).toBe(allowed);
});
