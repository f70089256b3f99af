//! Diagnostics to text, with snippets of the sources. The one file that knows annotate-snippets.

use annotate_snippets::{AnnotationKind, Group, Level as SnippetLevel, Renderer, Snippet};

use super::{Diagnostic, Level};

/// Whether the text carries terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Plain text, for files, pipes and build scripts.
    Plain,
    /// With ANSI colours.
    Colored,
}

/// Renders diagnostics one after the other, an empty line between them, without a final line break.
pub fn render(diagnostics: &[Diagnostic], style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
    diagnostics.iter().map(|one| render_one(one, &renderer)).collect::<Vec<_>>().join("\n\n")
}

fn render_one(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.level {
        Level::Error => SnippetLevel::ERROR,
        Level::Warning => SnippetLevel::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name());
    let mut group = Group::with_title(title);
    for (at, label) in diagnostic.labels.iter().enumerate() {
        let source = label.span.source();
        // Labels in one text share a snippet: only the first of them opens it.
        if diagnostic.labels[..at].iter().any(|earlier| earlier.span.source() == source) {
            continue;
        }
        let same = diagnostic.labels.iter().enumerate().filter(|(_, other)| other.span.source() == source);
        let annotations = same.map(|(place, other)| {
            let kind = if place == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(other.span.range()).label(other.text.as_str())
        });
        group = group.element(Snippet::source(source.text()).path(source.path()).annotations(annotations));
    }
    for note in &diagnostic.notes {
        group = group.element(SnippetLevel::NOTE.message(note.as_str()));
    }
    for help in &diagnostic.help {
        group = group.element(SnippetLevel::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}
