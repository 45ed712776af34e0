// Builds what runs in the browser into service/static: hashed names, a manifest, and each text once more as .gz.
import { readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const OUT = "../service/static";

/** Compressed once here rather than at each request. */
function compressed(): Plugin {
  return {
    name: "alur-compressed",
    apply: "build",
    async closeBundle() {
      for (const file of await readdir(join(import.meta.dirname, OUT, "assets"))) {
        if (/\.(js|css|svg)$/.test(file)) {
          const path = join(import.meta.dirname, OUT, "assets", file);
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [compressed()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome87", "firefox78", "safari14"],
    modulePreload: false,
    assetsInlineLimit: 2048,
    rolldownOptions: {
      checks: { eval: false }, // htmx holds one, switched off in staff.ts and forbidden by the content policy
      input: {
        public: "src/public.ts",
        staff: "src/staff.ts",
        form: "src/form.ts",
        viewer: "src/viewer.ts",
        compare: "src/compare.ts",
        modeler: "src/modeler.ts",
        "public-sheet": "src/styles/public.css",
        "staff-sheet": "src/styles/staff.css",
        "owners-sheet": "src/styles/owners.css",
      },
    },
  },
});
