import type { Command } from '../command.ts';

/** Commands that run Verimeter. */
export const SERVICES: readonly Command[] = [
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
    run: async (context) => (await import('../commands/up.ts')).run(context),
  },
  {
    spec: {
      name: 'migrate',
      positionals: '',
      summary: 'brings the database to the current schema (idempotent)',
      options: [],
    },
    run: async (context) => (await import('../commands/migrate.ts')).run(context),
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
    run: async (context) => (await import('../commands/ingest.ts')).run(context),
  },
  {
    spec: {
      name: 'analytics',
      positionals: '',
      summary: 'the analytics service: every night, and when asked for',
      details: ['Configured by the environment: see docs/configuration.md.'],
      options: [],
    },
    run: async (context) => (await import('../commands/analytics.ts')).run(context),
  },
  {
    spec: {
      name: 'api',
      positionals: '',
      summary: 'the HTTP API and the dashboard',
      details: ['Configured by the environment: see docs/configuration.md.'],
      options: [],
    },
    run: async () => (await import('../commands/api.ts')).run(),
  },
];
