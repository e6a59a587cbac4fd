import type { Dialect } from '../foreign/dialect.ts';
import { atObis } from './at-obis.ts';
import { chirpstack } from './chirpstack.ts';
import { cimJson } from './cim-json.ts';
import { dsmrP1 } from './dsmr-p1.ts';
import { fiwareJson } from './fiware-json.ts';
import { homeassistant } from './homeassistant/homeassistant.ts';
import { iec61968 } from './iec61968-9.ts';
import { itIometer } from './it-iometer.ts';
import { linkyTeleinfo } from './linky-teleinfo.ts';
import { ngsiLd } from './ngsi-ld.ts';
import { esphome } from './scalars/esphome.ts';
import { evcc } from './scalars/evcc.ts';
import { openems } from './scalars/openems.ts';
import { vzlogger } from './scalars/vzlogger.ts';
import { senml } from './senml/senml.ts';
import { sensorthings } from './sensorthings.ts';
import { shelly } from './shelly/shelly.ts';
import { sparkplugB } from './sparkplug-b.ts';
import { tasmota } from './tasmota/tasmota.ts';
import { thingsboardGateway } from './thingsboard-gateway.ts';
import { thingsboard } from './thingsboard.ts';
import { ttn } from './ttn.ts';
import { wmbusmeters } from './wmbusmeters/wmbusmeters.ts';
import { zigbee2mqtt } from './zigbee2mqtt.ts';

/** Every dialect a source can have; a new one is one line here. */
export const DIALECTS: readonly Dialect[] = [
  atObis,
  chirpstack,
  cimJson,
  dsmrP1,
  fiwareJson,
  homeassistant,
  iec61968,
  itIometer,
  linkyTeleinfo,
  ngsiLd,
  esphome,
  evcc,
  openems,
  vzlogger,
  senml,
  sensorthings,
  shelly,
  sparkplugB,
  tasmota,
  thingsboardGateway,
  thingsboard,
  ttn,
  wmbusmeters,
  zigbee2mqtt,
];

/** The dialect of a name; undefined: there is none. */
export function findDialect(name: string): Dialect | undefined {
  return DIALECTS.find((dialect) => dialect.name === name);
}
