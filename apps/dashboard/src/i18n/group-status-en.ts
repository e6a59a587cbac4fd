import type { GroupWords, Vocabulary } from './vocabulary.ts';

const ELECTRICITY: GroupWords = {
  ok: ['Balanced', 'The supply explains the members. Estimates of this area can be relied on.', ''],
  incomplete: [
    'Data incomplete',
    'Members of this area have not reported enough to form a balance.',
    'Restore the communication of the silent meters; the area is analysed again by itself.',
  ],
  loss_out_of_range: [
    'Loss out of range',
    'The loss of this area lies outside what its network can technically have.',
    'Check the supply meter, its current transformers and the stated technical loss.',
  ],
  clock: [
    'Clocks disagree',
    'The clocks of the meters differ so much that their intervals cannot be compared.',
    'Synchronise the clocks of the meters or of the concentrator.',
  ],
  supply_resolution: [
    'Supply too coarse',
    'The supply meter reports in steps too coarse for this area.',
    'Have the supply register sent with more digits or a lower pulse value.',
  ],
  archive_error: [
    'Register of meters wrong',
    'A meter is listed in this area but is not fed by it. The other members are estimated without it.',
    'Correct the assignment of the meter marked “Not in this area”.',
  ],
  unregistered_consumer: [
    'Unregistered consumer',
    'The supply feeds something that is in no list of this area.',
    'Check the candidates of this area on site and assign the right one to it.',
  ],
  not_synchronous: [
    'Not synchronous',
    'Readings of supply and members were not taken at the same moments.',
    'Configure the same load-profile interval and time on all meters of the area.',
  ],
  topology_changed: [
    'Supply path changed',
    'The area was fed differently during part of the time, for example by a switch-over.',
    'Enter the changed members with their dates; the time before remains usable.',
  ],
  too_large: [
    'Area too large',
    'The area has more members than one balance can tell apart.',
    'Divide the area, for example by feeder with a meter each.',
  ],
};

/** A district leaks and its registers are read by the hour. */
const WATER: GroupWords = {
  ...ELECTRICITY,
  ok: [
    'Balanced',
    'The inflow explains the meters and the leakage. Estimates of this district can be relied on.',
    '',
  ],
  incomplete: [
    'Data incomplete',
    'Meters of this district have not reported enough to form a balance.',
    'Restore the communication of the silent meters; the district is analysed again by itself.',
  ],
  loss_out_of_range: [
    'Loss out of range',
    'More water is lost in this district than leakage can be told apart from, or less than none.',
    'Check the inflow meter, closed valves at the boundary and the list of meters.',
  ],
  supply_resolution: [
    'Inflow too coarse',
    'The inflow meter reports in steps too coarse for this district.',
    'Have the inflow register sent with more digits or a lower pulse value.',
  ],
  archive_error: [
    'Register of meters wrong',
    'A meter is listed in this district but is not fed by it. The other members are estimated without it.',
    'Correct the assignment of the meter marked “Not in this area”.',
  ],
  unregistered_consumer: [
    'Unregistered consumer',
    'The inflow feeds something that is in no list of this district.',
    'Check the candidates of this district on site and assign the right one to it.',
  ],
  not_synchronous: [
    'Not synchronous',
    'Inflow and homes are not read at the same moments, or not often enough to be compared by the hour.',
    'Have all meters of the district read every hour, at the same moment.',
  ],
  topology_changed: [
    'Supply path changed',
    'The district was fed differently during part of the time, for example through an opened boundary valve.',
    'Enter the changed members with their dates; the time before remains usable.',
  ],
  too_large: [
    'District too large',
    'The district has more homes than one inflow meter can tell apart.',
    'Divide the district, or meter single buildings and streets.',
  ],
};

/** A network has no supply: its sensors compare with each other. */
const SENSORS: GroupWords = {
  ...ELECTRICITY,
  ok: [
    'Compared',
    'The sensors of this network are compared with their neighbours and with its reference stations. How small a drift that shows stands with each quantity.',
    '',
  ],
  incomplete: [
    'Data incomplete',
    'Sensors of this network have not reported enough to be compared.',
    'Restore the communication of the silent sensors; the network is analysed again by itself.',
  ],
  clock: [
    'Clocks disagree',
    'The clocks of the sensors differ so much that their hours cannot be compared.',
    'Synchronise the clocks of the sensors or of the gateway.',
  ],
  not_synchronous: [
    'Not synchronous',
    'The sensors of this network do not measure in the same hours.',
    'Have all sensors of the network report at least every hour.',
  ],
  topology_changed: [
    'Members changed',
    'Sensors were moved or exchanged during part of the time.',
    'Enter the changed members with their dates; the time before remains usable.',
  ],
  too_large: [
    'Network too large',
    'The network has more sensors than are compared at once.',
    'Divide the network by region.',
  ],
};

export const groupStatusEn: Vocabulary['groupStatus'] = {
  electricity_area: ELECTRICITY,
  water_district: WATER,
  sensor_network: SENSORS,
};
