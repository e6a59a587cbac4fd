import type { Command } from './command.ts';
import { FILE_KINDS } from './import/files.ts';

const AS_OF = {
  name: 'as-of',
  value: 'DATE|INSTANT',
  text: 'look at readings up to here only (a date: the end of that UTC day)',
} as const;

/** All commands in the order of the help. Each implementation is loaded when it is run. */
export const COMMANDS: readonly Command[] = [
  {
    spec: {
      name: 'up',
      positionals: '',
      summary:
        'everything on this machine: database, broker, ingest, analytics, API, dashboard, a city',
      details: [
        'The first start initialises the data directory; later ones continue. Ctrl-C stops everything cleanly.',
        'When ready, stdout has the line "ready http=… mqtt=…" (with --json a JSON object), and DIR/instance.json the same.',
      ],
      options: [
        { name: 'city', value: 'small|none', text: 'the simulated city to show (default small)' },
        { name: 'seed', value: 'N', text: 'which city (default 1)' },
        { name: 'port', value: 'P', text: 'HTTP (default 8080, or the next free one)' },
        { name: 'mqtt-port', value: 'P', text: 'MQTT (default 1883, or the next free one)' },
        {
          name: 'host',
          value: 'H',
          text: 'address to listen on (default 127.0.0.1; others need device keys)',
        },
      ],
    },
    run: async (context) => (await import('./commands/up.ts')).run(context),
  },
  {
    spec: {
      name: 'migrate',
      positionals: '',
      summary: 'brings the database to the current schema (idempotent)',
      options: [],
    },
    run: async (context) => (await import('./commands/migrate.ts')).run(context),
  },
  {
    spec: {
      name: 'ingest',
      positionals: '',
      summary: 'the ingest service: from an MQTT broker into the database',
      details: [
        'Configured by the environment: see docs/configuration.md.',
        'With --take-over: stores what the broker keeps for a worker that does not come back, ends its session, and stops.',
      ],
      options: [
        {
          name: 'take-over',
          value: 'CLIENT_ID',
          text: 'the MQTT_CLIENT_ID of the worker whose session is abandoned',
        },
      ],
    },
    run: async (context) => (await import('./commands/ingest.ts')).run(context),
  },
  {
    spec: {
      name: 'analytics',
      positionals: '',
      summary: 'the analytics service: every night, and when asked for',
      details: ['Configured by the environment: see docs/configuration.md.'],
      options: [],
    },
    run: async (context) => (await import('./commands/analytics.ts')).run(context),
  },
  {
    spec: {
      name: 'api',
      positionals: '',
      summary: 'the HTTP API and the dashboard',
      details: ['Configured by the environment: see docs/configuration.md.'],
      options: [],
    },
    run: async () => (await import('./commands/api.ts')).run(),
  },
  {
    spec: {
      name: 'import',
      positionals: `${FILE_KINDS.join('|')} FILE`,
      summary:
        'a file (CSV, NDJSON, also .gz, or Parquet; - for stdin) into the registry or the readings',
      details: [
        'Import devices, groups, members, readings, verifications in this order. Rows that cannot be stored are written',
        'to a CSV file with the reason; mended there, it can be imported as it is. docs/spec/files.md has the columns.',
        'An import of readings that was cut off is repeated as it is: it goes on where it was.',
      ],
      options: [
        {
          name: 'strict',
          text: 'exit 1 when a row was rejected (the others are stored all the same)',
        },
        { name: 'rejected', value: 'FILE', text: 'where rejected rows go (default: beside FILE)' },
      ],
    },
    run: async (context) => (await import('./commands/import.ts')).run(context),
  },
  {
    spec: {
      name: 'analyze',
      positionals: '',
      summary: 'the analysis, now: health and findings of all devices',
      options: [
        AS_OF,
        { name: 'group', value: 'G', text: 'publish the members of this group only' },
      ],
    },
    run: async (context) => (await import('./commands/analyze.ts')).run(context),
  },
  {
    spec: {
      name: 'validation',
      positionals: 'run|rules [show|set FILE]|edit ACTION|history',
      summary: 'what is odd in the readings, the rules that say so, and edits of single values',
      details: [
        'run: validates the readings now, those of the last day as well, and estimates what is missing; with --from the days since then, with --device this one only.',
        'rules show: the rules in force as JSON, with --json all versions. rules set FILE: another version from a JSON file (- for stdin)',
        'with the parameters that change, such as {"gap":{"warning_hours":12}}. docs/validation.md has all of them.',
        'edit replace|fill|confirm|reject|undo: a version of the value of --device and --quantity at --at, with --reason; the reading stays. history: all of its versions.',
      ],
      options: [
        { name: 'from', value: 'DATE|INSTANT', text: 'run: from this day on (UTC)' },
        {
          name: 'to',
          value: 'DATE|INSTANT',
          text: 'run: count exceptions up to the end of this day (UTC)',
        },
        { name: 'device', value: 'D', text: 'run: only this device; edit, history: whose value' },
        { name: 'quantity', value: 'Q', text: 'edit, history: such as active_energy_import' },
        { name: 'at', value: 'INSTANT', text: 'edit, history: when' },
        { name: 'value', value: 'X', text: 'edit replace, fill: what counts' },
        {
          name: 'version',
          value: 'N',
          text: 'edit undo: which edit; others: refuse if another version is in force (0: the reading)',
        },
        {
          name: 'effective-from',
          value: 'DATE|always',
          text: 'rules set: for readings of this day and later (default: today)',
        },
        { name: 'reason', value: 'TEXT', text: 'rules set, edit: why; kept with the version' },
      ],
    },
    run: async (context) => (await import('./commands/validation.ts')).run(context),
  },
  {
    spec: {
      name: 'export',
      positionals:
        'health|lots|findings|readings|intervals|ledger|quarantine|register-events|exceptions|value-versions|value-corrections',
      summary: 'results and data as CSV, NDJSON or Parquet',
      options: [
        { name: 'format', value: 'csv|ndjson|parquet', text: 'default csv' },
        { name: 'out', value: 'FILE|-', text: 'default - (stdout)' },
      ],
    },
    run: async (context) => (await import('./commands/export.ts')).run(context),
  },
  {
    spec: {
      name: 'ledger',
      positionals: 'check',
      summary: 'whether every reading that ever came is accounted for',
      details: [
        'Holds the ledger against itself, the readings, the conflicts and the quarantine, hour by hour, in one snapshot.',
        'The period is in receive hours (UTC). It changes nothing and may run while readings come in.',
      ],
      options: [
        {
          name: 'from',
          value: 'DATE|INSTANT',
          text: 'from this receive hour on (a date: its start, UTC)',
        },
        {
          name: 'to',
          value: 'DATE|INSTANT',
          text: 'up to this receive hour, exclusive (a date: its end, UTC)',
        },
        { name: 'gaps', text: 'list where readings are missing in the series of the channels' },
        { name: 'limit', value: 'N', text: 'how many gaps to list at most (default 100)' },
      ],
    },
    run: async (context) => (await import('./commands/ledger.ts')).run(context),
  },
  {
    spec: {
      name: 'quarantine',
      positionals: 'groups|replay',
      summary: 'what could not be stored, by reason; and storing it once the cause is mended',
      details: [
        'groups: open entries by reason, field and device. replay: decodes the messages again; what is stored already is a duplicate,',
        'so that it may be repeated. A single entry, and dismissal, are in the API and on the page.',
      ],
      options: [
        { name: 'reason', value: 'R', text: 'only entries of this reason, such as unknown_device' },
        { name: 'field', value: 'F', text: 'only entries of this field, as in groups' },
        { name: 'device', value: 'D', text: 'only entries of this device' },
        { name: 'no-device', text: 'only entries whose topic names no device' },
      ],
    },
    run: async (context) => (await import('./commands/quarantine.ts')).run(context),
  },
  {
    spec: {
      name: 'provisioning',
      positionals: 'list|set|remove [SOURCE]',
      summary: 'which devices register themselves with their first message',
      details: [
        'SOURCE is the road of the message: native, senml, or gateway (a gateway that publishes for the device). Without a rule for it',
        'messages of unregistered devices wait in quarantine.',
      ],
      options: [
        { name: 'kind', value: 'K', text: 'set: what they are (default: by their quantities)' },
        { name: 'ids', value: 'PATTERN', text: 'set: only these, * is anything (default *)' },
        { name: 'per-day', value: 'N', text: 'set: at most so many in 24 hours (default 1000)' },
      ],
    },
    run: async (context) => (await import('./commands/provisioning.ts')).run(context),
  },
  {
    spec: {
      name: 'sources',
      positionals: 'list|dialects|add DIALECT|change NAME|show NAME|remove NAME|test',
      summary: 'devices that publish on topics of their own, in a dialect of their own',
      details: [
        'add tasmota: takes what these devices publish as they come out of the box; --filter where their topics are others. Running workers take',
        'changes up at once. See docs/sources.md for the settings.',
        'test --topic T --payload FILE: what a payload would be, value by value, with the source that takes the topic or with --dialect D.',
      ],
      options: [
        { name: 'name', value: 'N', text: 'add: the name of the source (default: the dialect)' },
        { name: 'filter', value: 'F', text: 'topics, an MQTT filter such as tele/+/SENSOR' },
        { name: 'zone', value: 'Z', text: 'of times without one (default: that of the tenant)' },
        {
          name: 'class',
          value: 'C',
          text: 'what they measure: electricity, water, heat, environment',
        },
        { name: 'phases', value: '1|3', text: 'of electricity meters' },
        {
          name: 'device-id',
          value: 'RULE',
          text: 'device ids: {id}, {topic:N} and text (default {id})',
        },
        { name: 'options', value: 'A=1,…', text: 'options of the dialect' },
        {
          name: 'settings',
          value: 'FILE',
          text: 'JSON with names, units, devices, pulse and the rest',
        },
        {
          name: 'rank',
          value: 'N',
          text: 'of sources that overlap the lowest takes a message (default 100)',
        },
        { name: 'no-provision', text: 'devices do not register themselves' },
        { name: 'provision', text: 'change: devices register themselves again' },
        {
          name: 'kind',
          value: 'K',
          text: 'kind of devices that register themselves (default: by quantities)',
        },
        { name: 'per-day', value: 'N', text: 'so many may in 24 hours (default 1000)' },
        { name: 'off', text: 'change: takes no messages' },
        { name: 'on', text: 'change: takes messages again' },
        { name: 'topic', value: 'T', text: 'test: topic of the message' },
        { name: 'payload', value: 'FILE', text: 'test: its payload, - is stdin' },
        { name: 'dialect', value: 'D', text: 'test: with this dialect as it comes' },
        { name: 'retained', text: 'test: as the broker repeats a retained message' },
      ],
    },
    run: async (context) => (await import('./commands/sources.ts')).run(context),
  },
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
    run: async (context) => (await import('./commands/simulate.ts')).run(context),
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
    run: async (context) => (await import('./commands/evaluate.ts')).run(context),
  },
  {
    spec: {
      name: 'bench',
      positionals: 'analytics|ingest|store|validation',
      summary: 'how fast this machine is, with made data',
      details: [
        'analytics: one night of the analysis from the store: areas of 60 meters that were analysed in full the day before,',
        'with the readings of one day. Generating them takes longer than the night.',
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
        { name: 'dir', value: 'DIR', text: 'store: what is kept (default verimeter-bench)' },
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
    run: async (context) => (await import('./commands/bench.ts')).run(context),
  },
  {
    spec: {
      name: 'store',
      positionals: 'status|move timescale|copy|compare',
      summary:
        'how readings are stored; moving them into a hypertable of TimescaleDB, or to and from QuestDB',
      details: [
        'move: copies partition by partition while the services go on, compares both tables, and lets them change places. Cut off at',
        'any moment, the same command goes on. docs/how-to/timescaledb.md says what the server needs.',
        'copy: all readings from one engine into another one while the services go on, compared at the end. Cut off at any moment, or',
        'to bring what came since, the same command goes on. docs/how-to/move-between-stores.md says how to switch.',
        'compare: holds the readings of two engines against each other and changes nothing; status 1 where they differ.',
      ],
      options: [
        {
          name: 'from',
          value: 'postgres|timescale|questdb',
          text: 'copy, compare: where the readings are',
        },
        {
          name: 'to',
          value: 'postgres|timescale|questdb',
          text: 'copy, compare: where they are to be',
        },
        { name: 'keep', text: 'move: the plain table stays, as readings_plain' },
        { name: 'abandon', text: 'move: undo one that is not finished; copy: forget it' },
      ],
    },
    run: async (context) => (await import('./commands/store.ts')).run(context),
  },
  {
    spec: {
      name: 'backup',
      positionals: 'FILE',
      summary: 'the whole database into one file, while everything runs',
      details: [
        'All tenants, of one moment, with checksums. It needs no program of PostgreSQL. FILE is there when it is complete.',
        'It holds all that the database holds, hashes of access keys included: keep it as safe. docs/how-to/backup.md',
      ],
      options: [],
    },
    run: async (context) => (await import('./commands/backup.ts')).run(context),
  },
  {
    spec: {
      name: 'restore',
      positionals: 'FILE',
      summary: 'fills an empty database from a backup',
      details: [
        'Into a new data directory, or an empty database in DATABASE_URL. A backup of an older Verimeter is brought to this schema.',
        'A damaged file, or a database with rows, is refused; a restore that fails or is stopped leaves nothing behind.',
      ],
      options: [],
    },
    run: async (context) => (await import('./commands/restore.ts')).run(context),
  },
  {
    spec: {
      name: 'keys',
      positionals: 'create|list|revoke [ID]',
      summary: 'access keys of a tenant',
      options: [
        { name: 'role', value: 'viewer|operator|admin|device', text: 'of the key to create' },
        { name: 'name', value: 'N', text: 'what the key is for' },
      ],
    },
    run: async (context) => (await import('./commands/keys.ts')).run(context),
  },
];
