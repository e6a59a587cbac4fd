import type { Command } from '../command.ts';

/** Commands that make data, and find out how good and how fast Verimeter is. */
export const TRIALS: readonly Command[] = [
  {
    spec: {
      name: 'simulate',
      positionals: '',
      summary: 'publishes a simulated city over MQTT',
      details: ['The broker is MQTT_URL, else that of the `up` that runs on the data directory.'],
      options: [
        { name: 'city', value: 'small', text: 'size of the city (default small)' },
        { name: 'seed', value: 'N', text: 'which city (default 1)' },
      ],
    },
    run: async (context) => (await import('../commands/simulate.ts')).run(context),
  },
  {
    spec: {
      name: 'evaluate',
      positionals:
        'electricity|water|water-meters|sensors|devices|lots|city|report|golden|validation',
      summary: 'how well the analysis finds errors that a simulation hides',
      details: [
        'electricity: named cases of simulated transformer areas, with the loads of the simulated city or, with --data, real ones.',
        'water: the same for districts of water meters.',
        'water-meters: stopped meters told from empty homes, a year of daily looks; cells by what is known beside the register.',
        'sensors: named cases of simulated networks of air sensors or, with --data, real stations; weekly looks.',
        'lots: lots of 500 meters with a known share beyond the limit, graded from uncertain estimates.',
        'city: the demo cities of `up`, found beside hidden. report: docs/accuracy.md, docs/accuracy-water.md and their figures from the records in --out.',
        'devices: the checks of single meters, with and without faults; with --data, changes of consumption of real homes.',
        'golden: the linear estimators beside those of another implementation, for the area in --data.',
        'validation: what the rules say of the real series in --data as they are, and of those with a defect put into them.',
      ],
      options: [
        { name: 'data', value: 'DIR', text: 'folder with real series (docs/evaluation.md)' },
        {
          name: 'half',
          value: 'tune|report',
          text: 'which half of its households or years (default tune)',
        },
        { name: 'cells', value: 'NAME,...', text: 'which cases (default all)' },
        { name: 'drifted', value: 'N', text: 'drifted meters per case, at least (default 300)' },
        { name: 'networks', value: 'N', text: 'sensors: networks per case (default 20)' },
        {
          name: 'by',
          value: 'NAME,...',
          text: 'sensors: who judges: verimeter, moments, cusum, cohort',
        },
        { name: 'every', value: 'WEEKS', text: 'sensors: from one look to the next (default 1)' },
        { name: 'districts', value: 'N', text: 'water districts per case, at least (default 20)' },
        { name: 'lots', value: 'N', text: 'lots: how many per case (default 40)' },
        { name: 'seed', value: 'N', text: 'another draw of everything (default 1)' },
        { name: 'seeds', value: '1-6', text: 'which demo cities' },
        {
          name: 'as-of',
          value: 'WHEN,...',
          text: 'city: as `up` shows it that is started then (default now)',
        },
        { name: 'areas', value: 'N', text: 'devices: simulated areas of 40 meters (default 6)' },
        { name: 'jobs', value: 'N', text: 'threads (default: one per core)' },
        { name: 'out', value: 'DIR', text: 'where a record per finished fleet is kept' },
        { name: 'resume', text: 'go on with the records in --out' },
        {
          name: 'baselines',
          text: 'the estimators of others as well, in the same tables',
        },
        { name: 'reliability', text: 'stated probabilities in bins, of every case' },
        { name: 'docs', value: 'DIR', text: 'where report writes (default docs)' },
      ],
    },
    run: async (context) => (await import('../commands/evaluate.ts')).run(context),
  },
  {
    spec: {
      name: 'bench',
      positionals: 'analytics|fleet|ingest|store|validation',
      summary: 'how fast this machine is, with made data',
      details: [
        'analytics: one night of the analysis from the store: areas of 60 meters that were analysed in full the day before,',
        'with the readings of one day. Generating them takes longer than the night.',
        'fleet: milliseconds of the fleet table for any filter and sort, of made devices that are kept in --dir where it is given.',
        'ingest: messages per second stored and acknowledged, and milliseconds from publish to visible, of `up`, or of `ingest`',
        'behind the broker at --mqtt-url; beside COPY of the same rows into the same table.',
        'store: what an engine takes, gives and needs with 100 million readings, beside the engine alone. The data set is made in',
        'the server the first time and kept in --dir.',
        'validation: how much slower readings come out of the store where they are validated on the way.',
      ],
      options: [
        { name: 'messages', value: 'N', text: 'ingest: per round (default 100000)' },
        {
          name: 'rounds',
          value: 'N',
          text: 'ingest, store, validation: medians of so many (default 5)',
        },
        {
          name: 'rates',
          value: 'N,N,...',
          text: 'ingest: latency at these messages/s (default 1000,5000,8000)',
        },
        { name: 'workload', value: 'single|profile', text: 'ingest: only one of them' },
        { name: 'mqtt-url', value: 'URL', text: 'ingest: a broker that is running' },
        { name: 'meters', value: 'N', text: 'how many (default 100000; validation: 600)' },
        {
          name: 'sizes',
          value: 'N,N,...',
          text: 'several sizes, a linear fit, and what it says of a million',
        },
        {
          name: 'engines',
          value: 'NAME,...',
          text: 'store: postgres (default), timescale, questdb',
        },
        { name: 'readings', value: 'N', text: 'store: of the data set (default 100000000)' },
        { name: 'devices', value: 'N', text: 'fleet: registered (default 1000000)' },
        { name: 'estimates', value: 'N', text: 'fleet: with an estimate (default 200000)' },
        { name: 'requests', value: 'N', text: 'fleet: random questions (default 1000)' },
        {
          name: 'dir',
          value: 'DIR',
          text: 'store: what is kept (default verimeter-bench); fleet: keeps the devices',
        },
        {
          name: 'postgres-url',
          value: 'URL',
          text: 'store: an empty database instead of the embedded one; a superuser',
        },
        {
          name: 'timescale-url',
          value: 'URL',
          text: 'store: an empty database on a server with TimescaleDB; a superuser',
        },
        { name: 'questdb-url', value: 'URL', text: 'store: http://host:9000 of an empty QuestDB' },
      ],
    },
    run: async (context) => (await import('../commands/bench.ts')).run(context),
  },
];
