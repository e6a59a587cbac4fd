import {
  enterVerification,
  type FindingRow,
  settleVerifications,
  upsertFindings,
  type VerificationInput,
} from '@verimeter/registry';
import type { TestDatabase } from '@verimeter/test-support';
import { DRIFTING, fleetHealth, KEY, seed, TENANT } from './seed.ts';

const DAY_MS = 86_400e3;
const PERSON = { id: 'browser', name: 'Trần Thị B' };

/** The day after that of the published answers. */
export const tomorrow = (): string =>
  new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS).toISOString().slice(0, 10);

const verified = (
  deviceId: string,
  error: number,
  kind: VerificationInput['kind'],
): VerificationInput => ({
  deviceId,
  verifiedOn: tomorrow(),
  certificateNo: '',
  kind,
  result: Math.abs(error) > 0.01 ? 'fail' : 'pass',
  body: 'QUATEST',
  validUntil: null,
  validUntilPrecision: 'day',
  mark: null,
  sealNo: 'QN 1',
  procedure: null,
  details: {},
  points: [
    {
      testPoint: 'Ib',
      error,
      expandedUncertainty: 0.001,
      coverageFactor: 2,
      limit: 0.01,
      pass: null,
      load: 1,
      powerFactor: 1,
      flow: null,
      asFound: true,
    },
  ],
});

/** The fleet of the other tests with the findings that its answers give, and verifications of its healthy meters. */
export async function seedFindings(database: TestDatabase): Promise<void> {
  await seed(database);
  const { servicePool } = database;
  const asOfUs = Math.floor(Date.now() / DAY_MS) * DAY_MS * 1000;
  const health = fleetHealth(asOfUs);
  const findings = health
    .filter(({ recommendation }) => recommendation !== 'none')
    .map((row): FindingRow => ({
      tenant: TENANT,
      deviceId: row.deviceId,
      groupId: null,
      quantity: row.quantity,
      indication: row.indication,
      recommendation: row.recommendation,
      groupStatus: row.groupStatus,
      asOfUs: row.asOfUs,
      evidence: row.evidence,
    }));
  const ofGroup: FindingRow = {
    tenant: TENANT,
    deviceId: null,
    groupId: 'DMA-02',
    quantity: '',
    indication: null,
    recommendation: null,
    groupStatus: 'unregistered_consumer',
    asOfUs,
    evidence: [],
  };
  await upsertFindings(servicePool, [...findings, ofGroup]);
  await servicePool.query(
    `UPDATE findings SET created_at = now() - interval '12 days' WHERE device_id = $1`,
    [DRIFTING],
  );
  await servicePool.query(`UPDATE health SET minimum_detectable = 0.0081 WHERE device_id = $1`, [
    DRIFTING,
  ]);
  await servicePool.query(
    `INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ('watcher', $1, 'viewer', sha256($2::bytea))`,
    [TENANT, VIEWER_KEY],
  );
  const healthy = health.filter(({ deviceId }) => deviceId.startsWith('E-1'));
  const records: number[] = [];
  for (const [index, { deviceId, errorEstimate }] of healthy.entries()) {
    // One in thirty is found beyond the limit, and every third was drawn.
    const error = index % 30 === 7 ? 0.0135 : (errorEstimate ?? 0) + 0.0005;
    records.push(
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await enterVerification(
        servicePool,
        TENANT,
        verified(deviceId, error, index % 3 === 0 ? 'cross_check' : 'periodic'),
        PERSON,
      ),
    );
  }
  await settleVerifications(servicePool, TENANT, records, PERSON);
}

export const VIEWER_KEY = 'vm_viewer_key_of_the_browser_tests';
export { DRIFTING, KEY };
