// Command assets builds what the pages load beside their HTML: one style sheet for each writing direction and one
// script, bundled from npm packages and the project's own sources, stripped of every rule that no page uses,
// named by their content so that a browser may keep them for ever, and compressed beforehand because a village
// office on a slow line downloads them once. It runs from the root of the repository and writes
// internal/web/assets/dist, which the binary embeds.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// sources is the folder of the project's own style sheets and scripts; output is the folder that is embedded.
const (
	sources = "internal/web/assets"
	output  = "internal/web/assets/dist"
)

func main() {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// build bundles the entry points, prunes the style sheets and writes the embedded folder.
func build() error {
	files, err := bundle("css/app.css", "css/app.rtl.css", "ts/app.ts", "ts/field.ts", "ts/worker.ts")
	if err != nil {
		return err
	}
	used, err := usedNames("internal")
	if err != nil {
		return err
	}
	images := map[string]string{}
	for name, text := range files {
		if filepath.Ext(name) != ".css" {
			continue
		}
		sheet, inside, err := extractImages(prune(text, used))
		if err != nil {
			return fmt.Errorf("take images out of %s: %w", name, err)
		}
		maps.Copy(images, inside)
		if files[name], err = minify(sheet); err != nil {
			return fmt.Errorf("minify %s: %w", name, err)
		}
	}
	icon, err := os.ReadFile(filepath.Join(sources, "icon.svg"))
	if err != nil {
		return fmt.Errorf("read the icon: %w", err)
	}
	files["icon.svg"] = string(icon)
	return write(files, images)
}

// bundle resolves the imports of each entry point; the result is keyed by base name (app.css, app.rtl.css, app.js …).
func bundle(entries ...string) (map[string]string, error) {
	options := api.BuildOptions{
		Bundle:            true,
		Outdir:            "/",
		Format:            api.FormatIIFE,
		Target:            api.ES2022,
		MinifySyntax:      true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsInline,
		LogLevel:          api.LogLevelWarning,
	}
	for _, entry := range entries {
		options.EntryPoints = append(options.EntryPoints, filepath.Join(sources, entry))
	}
	result := api.Build(options)
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("%d errors while bundling (was `npm ci` run?)", len(result.Errors))
	}
	files := make(map[string]string, len(result.OutputFiles))
	for _, file := range result.OutputFiles {
		files[filepath.Base(file.Path)] = string(file.Contents)
	}
	return files, nil
}

// minify joins again what pruning left apart.
func minify(css string) (string, error) {
	result := api.Transform(css, api.TransformOptions{
		Loader:           api.LoaderCSS,
		MinifySyntax:     true,
		MinifyWhitespace: true,
		LegalComments:    api.LegalCommentsInline,
		LogLevel:         api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return "", fmt.Errorf("%s", result.Errors[0].Text)
	}
	return string(result.Code), nil
}
