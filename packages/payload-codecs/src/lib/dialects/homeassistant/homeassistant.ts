import type { Dialect } from '../../foreign/dialect.ts';
import { Discovery } from './discovery.ts';
import { mergeEntities } from './merge-entities.ts';

/*
 * Configs (discovery.ts) say which topics hold values, what they are and of which device; the filter of the source covers both. Values have no
 * time of their own. Topics that no config named are ignored: an installation has many.
 */
export const homeassistant: Dialect = {
  name: 'homeassistant',
  title: 'Home Assistant MQTT discovery',
  filters: ['homeassistant/#'],
  options: {
    discovery_prefix: 'first levels of config topics; default: homeassistant',
    accept_moves: 'true: a config may have a known entity read from another topic',
  },
  create: ({ options }, state = new Map()) => {
    const discovery = new Discovery(options, state);
    return {
      state,
      merge: mergeEntities,
      decode(findings) {
        if (discovery.decode(findings)) return;
        findings.silent();
        findings.ignore(findings.message.topic);
      },
    };
  },
};
