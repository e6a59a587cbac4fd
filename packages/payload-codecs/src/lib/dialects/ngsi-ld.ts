import type { Dialect } from '../foreign/dialect.ts';
import { readEntities } from './ngsi/messages.ts';

/*
 * topic   = as the subscription says, or those of fiware-json
 * payload = ngsi/messages.ts
 * device  = refDevice, else observedBy of an attribute, else id of the entity
 * time    = observedAt of each attribute, else dateObserved, else none
 * fields  = ngsi/attributes.ts
 */

export const ngsiLd: Dialect = {
  name: 'ngsi-ld',
  title: 'NGSI-LD entities of a context broker',
  filters: [],
  create: () => ({
    decode: (findings) => {
      const payload = findings.json();
      if (payload !== undefined) readEntities(payload, findings);
    },
  }),
};
