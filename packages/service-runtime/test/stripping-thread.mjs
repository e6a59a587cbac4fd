import { stripTypeScriptTypes } from 'node:module';

for (let k = 0; k < 60; k += 1) stripTypeScriptTypes(`const a: number = ${k}`);
