import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  customerRequestDetail,
  customerRequestList,
  documentDetail,
  documentList,
  storedDocument,
} from '@verimeter/api-schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOME, registerBilledHome } from './billed-home.ts';
import { expectProblem, expectShape, type Fixture, startFixture } from './fixture.ts';
import { textOf } from './pdf-text.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
  await registerBilledHome(fixture);
});
afterAll(() => fixture.stop());

const send = (path: string, method: string, body: unknown, key = fixture.keys.a.operator) =>
  fixture.request(path, { method, key, body });

async function fileOf(path: string): Promise<{ bytes: Uint8Array; headers: Headers }> {
  const answer = await fetch(`${fixture.api.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${fixture.keys.a.viewer}` },
  });
  expect(answer.status).toBe(200);
  return { bytes: new Uint8Array(await answer.arrayBuffer()), headers: answer.headers };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const complaint = {
  device_id: HOME,
  kind: 'complaint',
  received_on: '2026-11-16',
  reference: 'CSKH-2026-1187',
  note: 'Hóa đơn ba tháng liền giống nhau',
};

describe('a request of a customer', () => {
  test('gets the clock of the law, a state against it, and a history', async () => {
    const { status, body } = await send('/customer-requests', 'POST', complaint);
    expect(status).toBe(200);
    expectShape(customerRequestDetail, body);
    expect(body).toMatchObject({
      utility: 'electricity',
      clock: { amount: 3, unit: 'day', status: 'unverified' },
      due_on: '2026-11-19',
      due_agreed: false,
      status: 'open',
      answered_on: null,
      entered_by: { id: 'a-operator', name: null },
      history: [{ status: 'open', comment: null }],
    });
    // The clock of the machine is past it, whatever day it is.
    expect(body.timing).toBe('overdue');
    expect(body.days_left).toBeLessThan(0);

    const answered = await send(`/customer-requests/${body.id}`, 'PATCH', {
      status: 'answered',
      answered_on: '2026-11-18',
      comment: 'Đã gửi hồ sơ',
    });
    expect(answered.body).toMatchObject({
      status: 'answered',
      answered_on: '2026-11-18',
      timing: 'in_time',
      days_left: null,
    });
    expect(answered.body.history.at(-1)).toMatchObject({
      status: 'answered',
      comment: 'Đã gửi hồ sơ',
      by: { id: 'a-operator' },
    });
    const late = await send(`/customer-requests/${body.id}`, 'PATCH', {
      status: 'closed',
      answered_on: '2026-11-21',
    });
    expect(late.body.timing).toBe('late');
    const reopened = await send(`/customer-requests/${body.id}`, 'PATCH', { status: 'open' });
    expect(reopened.body).toMatchObject({ answered_on: null, timing: 'overdue' });
    expect(reopened.body.history).toHaveLength(4);
  });

  test('counts working days for water, without holidays; a change of these moves what is open', async () => {
    const { body } = await send('/customer-requests', 'POST', {
      device_id: 'w1',
      kind: 'check',
      received_on: '2026-04-27',
    });
    // 28, 29; then 30-04 and 01-05 are holidays and 2 and 3 a weekend; 4, 5, 6.
    expect(body).toMatchObject({
      utility: 'water',
      clock: { amount: 5, unit: 'working_day', status: 'confirmed' },
      due_on: '2026-05-06',
    });
    const day = await send(
      '/holidays/2026-05-05',
      'PUT',
      { name: 'Nghỉ bù' },
      fixture.keys.a.admin,
    );
    expect(day.body).toMatchObject({ day: '2026-05-05', is_working: false, name: 'Nghỉ bù' });
    const moved = await fixture.request(`/customer-requests/${body.id}`);
    expect(moved.body.due_on).toBe('2026-05-07');
    const gone = await fixture.request('/holidays/2026-05-05', {
      method: 'DELETE',
      key: fixture.keys.a.admin,
    });
    expect(gone.status).toBe(204);
    expect((await fixture.request(`/customer-requests/${body.id}`)).body.due_on).toBe('2026-05-06');
    const list = await fixture.request('/holidays');
    expect(list.body.items.map((item: { day: string }) => item.day)).toEqual([
      '01-01',
      '04-30',
      '05-01',
      '09-02',
    ]);
  });

  test('no time is made up where no rule gives one; an agreed day stands', async () => {
    const { body } = await send('/customer-requests', 'POST', {
      device_id: 'w1',
      kind: 'independent_verification',
      received_on: '2026-11-02',
    });
    expect(body).toMatchObject({ clock: null, due_on: null, timing: 'no_clock', days_left: null });
    const agreed = await send('/customer-requests', 'POST', {
      ...complaint,
      due_on: '2026-12-24',
    });
    expect(agreed.body).toMatchObject({ due_on: '2026-12-24', due_agreed: true });
  });

  test('are listed open ones first, by their last day, page by page', async () => {
    const all = await fixture.request('/customer-requests?device_id=w1&limit=100');
    expectShape(customerRequestList, all.body);
    expect(all.body.items.map((item: { due_on: string | null }) => item.due_on)).toEqual([
      '2026-05-06',
      null,
    ]);
    const first = await fixture.request('/customer-requests?limit=1&status=open');
    expect(first.body.items).toHaveLength(1);
    const second = await fixture.request(
      `/customer-requests?limit=100&status=open&cursor=${first.body.next_cursor}`,
    );
    const whole = await fixture.request('/customer-requests?status=open');
    expect([...first.body.items, ...second.body.items]).toEqual(whole.body.items);
    const none = await fixture.request('/customer-requests?timing=no_clock');
    expect(none.body.items).toHaveLength(1);
  });

  test.each([
    ['a device of another tenant', { device_id: 'foreign' }, 'not_found'],
    ['a day that has not come', { received_on: '2999-01-01' }, 'invalid_request'],
    ['a day that does not exist', { received_on: '0000-00-00' }, 'invalid_request'],
    ['a NUL in the reference', { reference: 'a\0b' }, 'invalid_request'],
    ['half of a character', { note: 'a\ud800' }, 'invalid_request'],
    ['a due day before it came', { due_on: '2026-11-01' }, 'invalid_request'],
    ['an unknown field', { customer_name: 'x' }, 'invalid_request'],
  ] as const)('%s is refused', async (_, change, code) => {
    expectProblem(await send('/customer-requests', 'POST', { ...complaint, ...change }), code);
  });

  test('of another tenant cannot be seen or changed; a viewer changes nothing', async () => {
    const { body } = await send('/customer-requests', 'POST', complaint);
    const key = fixture.keys.b.operator;
    expectProblem(await fixture.request(`/customer-requests/${body.id}`, { key }), 'not_found');
    expectProblem(
      await send(`/customer-requests/${body.id}`, 'PATCH', { status: 'closed' }, key),
      'not_found',
    );
    expectProblem(
      await send(
        `/customer-requests/${body.id}`,
        'PATCH',
        { status: 'closed' },
        fixture.keys.a.viewer,
      ),
      'forbidden',
    );
  });
});

describe('an evidence pack', () => {
  test('tells of three equal bills, in plain words, and is the same bytes each time', async () => {
    const request = await send('/customer-requests', 'POST', complaint);
    const made = await send(`/customer-requests/${request.body.id}/evidence-pack`, 'POST', {});
    expect(made.status).toBe(200);
    expectShape(storedDocument, made.body);
    expect(made.body.id).toMatch(/^EP-\d{4}-\d{6}$/);

    const { body } = await fixture.request(`/documents/${made.body.id}`);
    expectShape(documentDetail, body);
    const { register, readings, balance, estimates, legal } = body.snapshot;
    expect(register.days).toHaveLength(90);
    expect(
      register.months.map((month: { month: string; amount: number; equal: boolean }) => [
        month.month,
        Math.round(month.amount),
        month.equal,
      ]),
    ).toEqual([
      // It began in the middle of June.
      ['2026-06', 181, false],
      ['2026-07', 345, false],
      ['2026-08', 310, true],
      ['2026-09', 310, true],
      ['2026-10', 310, true],
      ['2026-11', 202, false],
    ]);
    const added = register.days.reduce(
      (sum: number, day: { amount: number | null }) => sum + (day.amount ?? 0),
      0,
    );
    expect(register.amount).toBeCloseTo(added, 6);
    expect(register.end.value - register.start.value).toBeCloseTo(register.amount, 6);
    expect(readings.missing_days.map(({ day }: { day: string }) => day)).toEqual([
      '2026-10-05',
      '2026-10-06',
      '2026-10-07',
    ]);
    expect(readings.conflicts).toMatchObject({ count: 1 });
    expect(balance).toMatchObject({ group_id: 'TBA-HG-07', consumers: 2 });
    expect(balance.weeks.length).toBeGreaterThan(6);
    expect(estimates).toMatchObject([
      { error_estimate: 0.0012, data_from: '2026-06-16', run: { as_of: expect.any(String) } },
    ]);
    expect(legal.rules_used[0].source).toEqual(expect.any(String));

    for (const language of ['vi', 'en'] as const) {
      const path = `/documents/${made.body.id}.pdf?lang=${language}`;
      // oxlint-disable-next-line no-await-in-loop
      const [first, second] = [await fileOf(path), await fileOf(path)];
      expect(first.headers.get('content-type')).toBe('application/pdf');
      expect(sha256(first.bytes)).toBe(made.body.pdf_sha256[language]);
      expect(sha256(second.bytes)).toBe(made.body.pdf_sha256[language]);
      expect(first.headers.get('repr-digest')).toBe(
        `sha-256=:${createHash('sha256').update(first.bytes).digest('base64')}:`,
      );
    }
    const vi = await textOf((await fileOf(`/documents/${made.body.id}.pdf?lang=vi`)).bytes);
    for (const said of [
      made.body.id,
      'Các tháng 08/2026, 09/2026, 10/2026 có cùng lượng tiêu thụ',
      '310 kWh',
      'bằng các tháng liền kề',
      'CSKH-2026-1187',
      'Nghị định 117/2007/NĐ-CP',
      'chưa đối chiếu với văn bản đang có hiệu lực',
      '+0,12 %',
      'verimeter analyze --as-of 2026-11-20T17:00:00.000Z',
      made.body.snapshot_sha256,
      'không phải kết luận',
    ])
      expect(vi).toContain(said);
    const en = await textOf((await fileOf(`/documents/${made.body.id}.pdf?lang=en`)).bytes);
    for (const said of [
      'The months 08/2026, 09/2026, 10/2026 have the same consumption in whole units (310 kWh)',
      '+0.12 %',
      'is an indication and no verdict',
      'independent verification',
    ])
      expect(en).toContain(said);

    const history = (await fixture.request(`/customer-requests/${request.body.id}`)).body.history;
    expect(history.at(-1)).toMatchObject({ document_id: made.body.id, status: null });
  });

  test('is printed from its snapshot by another process, the same bytes', async () => {
    const made = await send(`/devices/${HOME}/evidence-pack`, 'POST', { days: 60 });
    const { body } = await fixture.request(`/documents/${made.body.id}`);
    const script = `
      import { createHash } from 'node:crypto';
      import { text } from 'node:stream/consumers';
      import { writePdf } from '@verimeter/documents';
      import { evidencePackContent } from '@verimeter/printed-forms';
      const { snapshot, sha256 } = JSON.parse(await text(process.stdin));
      const file = await writePdf(evidencePackContent(snapshot, sha256, 'vi'));
      process.stdout.write(createHash('sha256').update(file).digest('hex'));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      input: JSON.stringify({ snapshot: body.snapshot, sha256: body.snapshot_sha256 }),
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      // Neither the zone nor the language of the machine is in it.
      env: { TZ: 'America/New_York', LANG: 'de_DE.UTF-8' },
      encoding: 'utf8',
    });
    expect(printed).toBe(made.body.pdf_sha256.vi);
  });

  test('of a meter without readings, area or analysis says that nothing can be told', async () => {
    const made = await send('/devices/w1/evidence-pack', 'POST', {});
    const text = await textOf((await fileOf(`/documents/${made.body.id}.pdf?lang=en`)).bytes);
    expect(text).toContain('There are no readings of this instrument');
    expect(text).toContain('it cannot be told from data');
  });

  test('is numbered without gaps, listed newest first, and nobody changes it', async () => {
    const list = await fixture.request('/documents?limit=1000');
    expectShape(documentList, list.body);
    const numbers: number[] = list.body.items.map(({ id }: { id: string }) => Number(id.slice(8)));
    expect(numbers.toSorted((left, right) => left - right)).toEqual(numbers.map((_, k) => k + 1));
    const { servicePool } = fixture.database;
    await expect(servicePool.query(`UPDATE documents SET device_id = 'm1'`)).rejects.toThrow(
      'permission denied',
    );
    await expect(servicePool.query('DELETE FROM documents')).rejects.toThrow('permission denied');
    const [{ id }] = list.body.items;
    expectProblem(
      await fixture.request(`/documents/${id}`, { key: fixture.keys.b.viewer }),
      'not_found',
    );
    expectProblem(
      await fixture.request(`/documents/${id}.pdf`, { key: fixture.keys.b.viewer }),
      'not_found',
    );
    expectProblem(await fixture.request('/documents/EP-2026-999999.pdf'), 'not_found');
    expectProblem(await fixture.request('/documents/nothing'), 'invalid_request');
    expectProblem(await fixture.request(`/documents/${'x'.repeat(5000)}`), 'invalid_request');
    expectProblem(await send('/devices/foreign/evidence-pack', 'POST', {}), 'not_found');
    expectProblem(
      await send(`/devices/${HOME}/evidence-pack`, 'POST', {}, fixture.keys.a.viewer),
      'forbidden',
    );
    expectProblem(
      await send(`/devices/${HOME}/evidence-pack`, 'POST', { days: 3 }),
      'invalid_request',
    );
  });
});
