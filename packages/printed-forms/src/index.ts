export { evidencePackContent } from './lib/evidence-pack/content.ts';
