import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

/** Built by scripts/build-browser.js, served with hot reload by scripts/dev.ts. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  clearScreen: false,
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    // The policy of the page allows no inline script, and every browser of this target preloads modules by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
  },
})
