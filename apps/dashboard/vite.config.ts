import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `vite` alone serves the sources and passes API calls on to a running instance: VERIMETER_API=http://127.0.0.1:8080
const api = process.env['VERIMETER_API'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // The API serves the client with `default-src 'self'`: data: URLs would be refused.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: api }, '/docs': { target: api } } },
});
