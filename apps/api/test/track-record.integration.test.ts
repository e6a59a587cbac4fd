import { trackRecord, verificationScoreList } from '@verimeter/api-schema';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { expectProblem, expectShape, type Fixture, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

let device = '';
let made = 0;
beforeEach(() => {
  made += 1;
  device = `t${made}`;
});

interface Said {
  readonly recommendation?: string;
  readonly error?: number | null;
  readonly over?: number | null;
  readonly asOf?: string;
}

/** Registers the device with what is published of it. */
async function published(said: Said = {}): Promise<void> {
  const {
    recommendation = 'reverify',
    error = -0.03,
    over = 0.99,
    asOf = '2026-03-01T17:00Z',
  } = said;
  const { servicePool } = fixture.database;
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class) VALUES ('a', $1, 'electricity_meter', '1')`,
    [device],
  );
  await servicePool.query(
    `INSERT INTO health (tenant, device_id, quantity, run_id, as_of, indication, recommendation, error_estimate, interval_low, interval_high,
       "limit", probability_over_limit, probability_drifted, legal_status, model_version)
     VALUES ('a', $1, 'active_energy_import', 1, $5, 'drift_likely', $2, $3::float8, $3::float8 - 0.004, $3::float8 + 0.004, 0.01, $4, $4,
             'valid', 'electricity-1')`,
    [device, recommendation, error, over, asOf],
  );
}

async function opened(asOf = '2026-02-20Z', quantity = 'active_energy_import'): Promise<number> {
  const { rows } = await fixture.database.servicePool.query<{ id: number }>(
    `INSERT INTO findings (tenant, device_id, quantity, indication, recommendation, as_of)
     VALUES ('a', $1, $2, 'drift_likely', 'reverify', $3) RETURNING id`,
    [device, quantity, asOf],
  );
  return rows[0]?.id ?? 0;
}

const send = (path: string, method: string, body: unknown, key = fixture.keys.a.operator) =>
  fixture.request(path, { method, key, body });
const record = (change: Record<string, unknown> = {}) => ({
  device_id: device,
  verified_on: '2026-03-02',
  kind: 'periodic',
  result: 'fail',
  seal_no: '1',
  as_found: true,
  points: [{ test_point: 'Ib', error: -0.031, expanded_uncertainty: 0.001, coverage_factor: 2 }],
  ...change,
});
const enter = async (change: Record<string, unknown> = {}): Promise<number> => {
  const answer = await send('/verifications', 'POST', record(change));
  expect(answer.status).toBe(200);
  return answer.body.id;
};
const scores = async (query = '') => {
  const { body } = await fixture.request(`/track-record/scores?device_id=${device}${query}`);
  expectShape(verificationScoreList, body);
  return body.items;
};
const finding = async (id: number) => (await fixture.request(`/findings/${id}`)).body;

test('a verification closes the finding and scores what was published', async () => {
  await published();
  const id = await opened();
  const verification = await enter();
  const closed = await finding(id);
  expect(closed).toMatchObject({ status: 'verified', verification_id: verification });
  expect(closed.history.at(-1)).toMatchObject({
    kind: 'verified',
    from: 'open',
    to: 'verified',
    text: 'fail',
    verification_id: verification,
    by: { id: 'a-operator' },
  });
  expect(await scores()).toEqual([closed.score]);
  expect(closed.score).toMatchObject({
    outcome: 'hit',
    selection: 'flagged',
    found_beyond: true,
    limit: 0.01,
    measured_error: -0.031,
    measured_uncertainty: 0.0005,
    covered: true,
    source: 'published',
    as_of: '2026-03-01T17:00:00.000Z',
    recommendation: 'reverify',
    probability_over_limit: 0.99,
    model_version: 'electricity-1',
    finding_id: id,
  });
  const { rows } = await fixture.database.servicePool.query(
    `SELECT body FROM live_events WHERE tenant = 'a' AND kind = 'finding' ORDER BY id DESC LIMIT 1`,
  );
  expect(rows[0]?.body).toMatchObject({ id, status: 'verified', verification_id: verification });
});

test.each([
  ['nothing recommended, found beyond', { recommendation: 'none', error: -0.004 }, -0.02, 'miss'],
  [
    'nothing recommended, found within',
    { recommendation: 'none', error: 0 },
    0.003,
    'correct_silence',
  ],
  ['recommended, found within', {}, -0.009, 'false_alarm'],
  ['no estimate', { recommendation: 'none', error: null, over: null }, -0.02, 'no_claim'],
] as const)('%s', async (_, said, error, outcome) => {
  await published(said);
  await enter({ points: [{ test_point: 'Ib', error, expanded_uncertainty: 0 }] });
  expect(await scores()).toMatchObject([{ outcome, selection: 'routine', finding_id: null }]);
});

test('a device that a plan drew at random is random, by the first verification after the draw', async () => {
  await published();
  await opened();
  await fixture.database.servicePool.query(
    `INSERT INTO plans (tenant, period, policy, as_of, seed, random_share, settings, teams, summary, next_in_line, made_by)
     VALUES ('a', '2026-03', 'balanced', '2026-03-01', 1, 0.1, '{}', '[]', '{}', '[]', 'k')`,
  );
  await fixture.database.servicePool.query(
    `INSERT INTO plan_items (tenant, plan_id, rank, device_id, team, day, stop, must, random, score, terms, facts, reasons, travel_minutes,
                             work_minutes, state)
     SELECT 'a', max(id), 1, $1, 't', 1, 1, false, true, 1, '{}', '{}', '[]', 1, 1, 'ordered' FROM plans`,
    [device],
  );
  await enter();
  await enter({ verified_on: '2026-03-20', certificate_no: 'later' });
  expect((await scores()).map((score: { selection: string }) => score.selection)).toEqual([
    'routine',
    'random',
  ]);
});

test('data of the day of the verification itself is not what was known before it', async () => {
  await published({ asOf: '2026-03-01T17:00:01Z' }); // midnight in Vietnam is 17:00 UTC
  await enter();
  expect(await scores()).toEqual([]);
});

test('an answer of a later day is passed over for the weekly history, and what the finding said then', async () => {
  await published({ asOf: '2026-03-10Z', recommendation: 'none', error: 0.001 });
  await fixture.database.servicePool.query(
    `INSERT INTO health_history VALUES ('a', $1, 'active_energy_import', '2026-02-15Z', -0.01, -0.02, 0),
                                       ('a', $1, 'active_energy_import', '2026-02-22Z', -0.028, -0.034, -0.022),
                                       ('a', $1, 'active_energy_import', '2026-03-08Z', 0.001, 0, 0.002)`,
    [device],
  );
  const id = await opened('2026-02-20Z');
  await fixture.database.servicePool.query(
    `UPDATE findings SET recommendation = 'watch', as_of = '2026-03-09Z' WHERE id = $1`,
    [id],
  );
  await enter();
  expect(await scores()).toMatchObject([
    {
      source: 'history',
      as_of: '2026-02-22T00:00:00.000Z',
      error_estimate: -0.028,
      recommendation: 'reverify',
      outcome: 'hit',
      covered: true,
      probability_over_limit: null,
    },
  ]);
});

test('what was measured after an adjustment is no score and closes nothing, nor does an old record', async () => {
  await published();
  const id = await opened();
  await enter({ as_found: false, certificate_no: '1' });
  await enter({ kind: 'after_repair', certificate_no: '2' });
  await enter({ verified_on: '2021-03-02', certificate_no: '3' });
  expect(await scores()).toEqual([]);
  expect((await finding(id)).status).toBe('open');
  // One that does not say whether closes it, and is no score: it may have been adjusted before.
  await enter({ as_found: null, certificate_no: '4' });
  expect((await finding(id)).status).toBe('verified');
  expect(await scores()).toEqual([]);
});

test('a correction scores anew against the same answer, whatever is published meanwhile', async () => {
  await published();
  await opened();
  const id = await enter();
  await fixture.database.servicePool.query(
    `UPDATE health SET error_estimate = 0, recommendation = 'none', as_of = '2026-03-01T16:00Z' WHERE device_id = $1`,
    [device],
  );
  await send(`/verifications/${id}`, 'PUT', {
    reason: 'sign',
    verification: record({
      points: [{ test_point: 'Ib', error: 0.009, expanded_uncertainty: 0.001 }],
    }),
  });
  expect(await scores()).toMatchObject([
    {
      recommendation: 'reverify',
      error_estimate: -0.03,
      measured_error: 0.009,
      outcome: 'false_alarm',
      covered: false,
    },
  ]);
});

test('a withdrawal makes the finding what it was, and the record scores again when it is put in force', async () => {
  await published();
  const id = await opened();
  await send(`/findings/${id}`, 'PATCH', { status: 'ordered' });
  const verification = await enter();
  await send(`/verifications/${verification}/withdraw`, 'POST', { reason: 'wrong meter' });
  expect(await finding(id)).toMatchObject({
    status: 'ordered',
    verification_id: null,
    score: null,
  });
  expect(await scores()).toEqual([]);
  await send(`/verifications/${verification}`, 'PUT', { reason: 'right', verification: record() });
  expect(await finding(id)).toMatchObject({ status: 'verified', verification_id: verification });
  expect(await scores()).toHaveLength(1);
});

test('a record that turns out to be of another meter leaves the finding and answers that of the other', async () => {
  await published();
  const first = await opened();
  const verification = await enter();
  made += 1;
  const wrong = device;
  device = `t${made}`;
  await published();
  const second = await opened();
  await send(`/verifications/${verification}`, 'PUT', {
    reason: 'mistyped',
    verification: record(),
  });
  expect((await finding(first)).status).toBe('open');
  expect(await finding(second)).toMatchObject({ status: 'verified', score: { device_id: device } });
  expect(await scores()).toHaveLength(1);
  device = wrong;
  expect(await scores()).toEqual([]);
});

test('a finding that a newer one has replaced is not made live by a withdrawal', async () => {
  await published();
  const old = await opened();
  const verification = await enter();
  await opened('2026-03-09Z');
  await send(`/verifications/${verification}/withdraw`, 'POST', { reason: 'wrong meter' });
  expect(await finding(old)).toMatchObject({ status: 'dismissed', reason: 'duplicate' });
});

test('a finding that a person reopened stays open when the record is corrected', async () => {
  await published();
  const id = await opened();
  const verification = await enter();
  await send(`/findings/${id}`, 'PATCH', { status: 'open', reason: 'reopened' });
  await send(`/verifications/${verification}`, 'PUT', {
    reason: 'note',
    verification: record({ note: 'x' }),
  });
  expect((await finding(id)).status).toBe('open');
});

/** A device with what was published of it, verified in 2025. */
const year = async (said: Said, error: number, kind: string, flag = false): Promise<void> => {
  made += 1;
  device = `t${made}`;
  await published({ ...said, asOf: '2025-01-01Z' });
  if (flag) await opened('2025-01-01Z');
  await enter({
    kind,
    verified_on: '2025-06-01',
    points: [{ test_point: 'Ib', error, expanded_uncertainty: 0 }],
  });
};

test('the record of the system tells shares with their intervals, recall from cross-checks alone', async () => {
  for (let n = 0; n < 3; n += 1) await year({}, -0.031, 'periodic', true);
  await year({}, 0.002, 'periodic', true);
  await year({ recommendation: 'none', error: 0, over: 0.01 }, -0.02, 'periodic'); // missed, and no word about recall
  await year({}, -0.03, 'cross_check', true);
  await year({ recommendation: 'none', error: 0, over: 0.01 }, 0.012, 'cross_check');
  await year({ recommendation: 'none', error: 0, over: 0.01 }, 0.001, 'cross_check');
  await year({ recommendation: 'none', error: null, over: null }, 0.02, 'extraordinary');
  const { body } = await fixture.request('/track-record?from=2025-01-01&to=2025-12-31');
  expectShape(trackRecord, body);
  expect(body).toMatchObject({
    scored: 9,
    outcomes: { hit: 4, false_alarm: 1, miss: 2, correct_silence: 1, inspected: 0, no_claim: 1 },
    found_beyond: { inspected: 0, no_claim: 1 },
    selections: {
      random: { hit: 1, miss: 1, correct_silence: 1 },
      complaint: { no_claim: 1 },
      routine: { miss: 1 },
    },
    precision: { k: 4, n: 5, value: 0.8, enough: false },
    recall: { k: 1, n: 2, value: 0.5, enough: false },
    coverage: { k: 5, n: 8, value: 0.625 },
    calibration: [
      { from: 0, to: 0.02, predicted: 0.01, found: { k: 2, n: 3 } },
      { from: 0.98, to: 1, found: { k: 4, n: 5 } },
    ],
    from: '2025-06-01',
    to: '2025-06-01',
  });
  // Wilson, 4 of 5: NIST/SEMATECH e-Handbook 7.2.4.1 formula
  expect(body.precision.low).toBeCloseTo(0.3755, 4);
  expect(body.precision.high).toBeCloseTo(0.9638, 4);
  const water = await fixture.request(
    '/track-record?from=2025-01-01&to=2025-12-31&kind=water_meter',
  );
  expect(water.body).toMatchObject({
    scored: 0,
    precision: { n: 0, value: null, low: 0, high: 1 },
  });
  const foreign = await fixture.request('/track-record', { key: fixture.keys.b.viewer });
  expect(foreign.body.scored).toBe(0);
});

test('scores are listed newest first, page by page, and filtered', async () => {
  await published({ asOf: '2024-01-01Z' });
  for (const [index, on] of ['2024-02-01', '2024-02-02', '2024-02-02'].entries())
    // oxlint-disable-next-line no-await-in-loop -- in this order
    await enter({ verified_on: on, certificate_no: String(index) });
  const found: string[] = [];
  let cursor = '';
  do {
    // oxlint-disable-next-line no-await-in-loop
    const { body } = await fixture.request(
      `/track-record/scores?device_id=${device}&limit=1${cursor}`,
    );
    found.push(...body.items.map((item: { verified_on: string }) => item.verified_on));
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
  } while (cursor !== '');
  expect(found).toEqual(['2024-02-02', '2024-02-02', '2024-02-01']);
  expect(await scores('&outcome=miss')).toEqual([]);
  expect(await scores('&selection=routine&to=2024-02-01')).toHaveLength(1);
  expectProblem(await fixture.request('/track-record?from=0000-00-00'), 'invalid_request');
});
