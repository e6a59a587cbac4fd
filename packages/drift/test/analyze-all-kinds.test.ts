import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concludeAllKinds } from '../src/lib/analyze-all-kinds.ts';
import type { DeviceResult } from '../src/lib/fleet-types.ts';

const KINDS = ['electricity', 'water', 'sensors'] as const;

/** An estimated device of one kind, beyond the limit for sure, with all that `reverify` asks for. */
interface Made {
  readonly kind: (typeof KINDS)[number];
  readonly deviceId: string;
  readonly quantity?: string;
  readonly probabilityDrifted: number;
  /** Something more urgent is said of it, without an error. */
  readonly faulty?: boolean;
}

const result = ({ deviceId, quantity, probabilityDrifted }: Made): DeviceResult => ({
  deviceId,
  ...(quantity === undefined ? {} : { quantity }),
  asOfUs: 0,
  indication: 'within_limits',
  recommendation: 'none',
  errorEstimate: 0.1,
  intervalLow: 0.09,
  intervalHigh: 0.11,
  probabilityOverLimit: 0.99,
  probabilityDrifted,
  evidenceDays: 100,
  evidence: [],
  history: [],
});
const fault = ({ deviceId }: Made): DeviceResult => ({
  deviceId,
  asOfUs: 0,
  indication: 'stopped',
  recommendation: 'inspect',
  evidenceDays: 100,
  evidence: [],
  history: [],
});
const known = { limit: 0.01, dataSd: 0.002 };

/** What is recommended for each of them, in their order. */
function recommended(made: readonly Made[]): string[] {
  const of = (kind: Made['kind']): Made[] => made.filter((one) => one.kind === kind);
  const meters = of('electricity');
  const said = concludeAllKinds({
    electricity: {
      input: {
        grid: { startUs: 0, stepUs: 900e6, count: 1 },
        areas: [],
        meters: meters.map(({ deviceId }) => ({
          deviceId,
          lot: '',
          limit: 0.01,
          inServiceLimit: 0.02,
          importRegister: new Float64Array(1),
          voltages: [],
        })),
      },
      answers: [
        {
          area: { groupId: 'A', asOfUs: 0, status: 'ok', candidates: [], evidence: [] },
          candidates: [],
          fixed: meters.flatMap((one, index) =>
            one.faulty === true ? { meter: index, result: fault(one) } : [],
          ),
          estimated: meters.map((one) => ({ ...known, result: result(one), confirmed: true })),
        },
      ],
    },
    water: {
      said: of('water').map((one) =>
        one.faulty === true
          ? { fixed: fault(one) }
          : { estimated: { ...known, result: result(one), confirmed: true } },
      ),
      areas: [],
    },
    sensors: {
      said: of('sensors').map((one) => ({
        estimated: { ...known, result: result(one), resolvable: true },
      })),
      networks: [],
      corrections: [],
    },
  });
  const devices = [...said.electricity.devices, ...said.water.devices, ...said.sensors.devices];
  return made.map(
    (one) =>
      devices.find(
        ({ deviceId, quantity }) => deviceId === one.deviceId && quantity === one.quantity,
      )?.recommendation ?? 'not answered',
  );
}

const meter = (deviceId: string, probabilityDrifted: number): Made => ({
  kind: 'electricity',
  deviceId,
  probabilityDrifted,
});
const waterMeter = (deviceId: string, probabilityDrifted: number): Made => ({
  kind: 'water',
  deviceId,
  probabilityDrifted,
});
const sensor = (deviceId: string, quantity: string, probabilityDrifted: number): Made => ({
  kind: 'sensors',
  deviceId,
  quantity,
  probabilityDrifted,
});

describe('one list over all kinds', () => {
  test('a doubtful water meter is verified where the sure drifts of electricity meters make room for it', () => {
    const doubtful = waterMeter('W', 0.97);
    expect(recommended([doubtful])).toEqual(['watch']);
    expect(recommended([doubtful, meter('E', 1)])).toEqual(['reverify', 'reverify']);
  });

  test('a doubtful water meter takes the place of a meter that is more doubtful still', () => {
    // alone 1 - 0.95 = 0.05 and (0.05 + 0.14) / 2 = 0.095; with the water meter between them (0.05 + 0.12 + 0.14) / 3 = 0.103
    const meters = [meter('E-1', 0.95), meter('E-2', 0.86)];
    expect(recommended(meters)).toEqual(['watch', 'watch']);
    expect(recommended([...meters, waterMeter('W', 0.88)])).toEqual(['watch', 'none', 'watch']);
  });

  test('the running mean goes beyond the level between two kinds', () => {
    expect(
      recommended([
        meter('E', 0.99),
        waterMeter('W', 0.985),
        sensor('S', 'pm2_5', 0.97),
        meter('F', 0.96),
        sensor('T', 'no2', 0.5),
      ]),
    ).toEqual(['reverify', 'reverify', 'reverify', 'watch', 'none']);
  });

  test('ties go by device id, whatever the kind', () => {
    // 0.0175 with one of the three behind a sure one, 0.023 with two
    expect(
      recommended([
        waterMeter('c', 0.965),
        sensor('b', 'pm2_5', 0.965),
        meter('a', 0.965),
        meter('z', 1),
      ]),
    ).toEqual(['watch', 'watch', 'reverify', 'reverify']);
    expect(
      recommended([
        waterMeter('a', 0.965),
        sensor('b', 'pm2_5', 0.965),
        meter('c', 0.965),
        meter('z', 1),
      ]),
    ).toEqual(['reverify', 'watch', 'watch', 'reverify']);
  });

  test('an electricity meter behind whose estimate a fault stands makes no room', () => {
    const sure = meter('E', 1);
    expect(recommended([sure, waterMeter('W', 0.97)])).toEqual(['reverify', 'reverify']);
    expect(recommended([{ ...sure, faulty: true }, waterMeter('W', 0.97)])).toEqual([
      'inspect',
      'watch',
    ]);
  });

  test('is what one gets by trying every length of a list over all of them', () => {
    const broken = fc.check(
      fc.property(tenant, (made) => {
        const published = made.filter(({ faulty }) => faulty !== true);
        const sorted = published.toSorted(
          (a, b) => b.probabilityDrifted - a.probabilityDrifted || (keyOf(a) < keyOf(b) ? -1 : 1),
        );
        const narrow = headWithin(sorted, 0.02);
        const wide = headWithin(sorted, 0.1);
        const expected = made.map((one) =>
          one.faulty === true
            ? 'inspect'
            : narrow.includes(one)
              ? 'reverify'
              : wide.includes(one)
                ? 'watch'
                : 'none',
        );
        return recommended(made).every((word, k) => word === expected[k]);
      }),
      { numRuns: 500 },
    );
    expect(broken.counterexample).toBeNull();
  });
});

/** Few ids and few probabilities, so that there are ties; each device is of one kind. */
const tenant = fc.uniqueArray(
  fc
    .record({
      id: fc.integer({ min: 0, max: 60 }),
      quantity: fc.constantFrom('no2', 'pm2_5'),
      faulty: fc.boolean(),
      probabilityDrifted: fc.oneof(
        fc.constantFrom(1, 0.99, 0.98, 0.96, 0.9, 0.5, 0),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
    })
    .map(({ id, quantity, faulty, probabilityDrifted }): Made => {
      const kind = KINDS[id % KINDS.length] ?? 'electricity';
      const one = { kind, deviceId: `d${id}`, probabilityDrifted };
      return kind === 'sensors' ? { ...one, quantity } : { ...one, faulty };
    }),
  { selector: keyOf, maxLength: 40 },
);

function keyOf({ deviceId, quantity = '' }: Made): string {
  return `${deviceId} ${quantity}`;
}

/** The longest head none of whose own heads, nor it itself, has a mean of 1 - P beyond the level. */
function headWithin(sorted: readonly Made[], level: number): readonly Made[] {
  const isWithin = (length: number): boolean =>
    sorted.slice(0, length).reduce((sum, one) => sum + (1 - one.probabilityDrifted), 0) / length <=
    level;
  let longest = 0;
  while (longest < sorted.length && isWithin(longest + 1)) longest++;
  return sorted.slice(0, longest);
}
