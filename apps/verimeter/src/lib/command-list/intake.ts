import type { Command } from '../command.ts';

/** Commands about what devices send, and what became of it. */
export const INTAKE: readonly Command[] = [
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
    run: async (context) => (await import('../commands/ledger.ts')).run(context),
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
    run: async (context) => (await import('../commands/quarantine.ts')).run(context),
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
    run: async (context) => (await import('../commands/provisioning.ts')).run(context),
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
    run: async (context) => (await import('../commands/sources.ts')).run(context),
  },
];
