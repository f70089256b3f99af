//! Diagnostics to text, with snippets of the sources. The one file that knows annotate-snippets.

use annotate_snippets::{AnnotationKind, Group, Level as SnippetLevel, Origin, Renderer, Snippet};

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
        // A folder, or a file as a whole: there is no line to show.
        if source.text().is_empty() {
            group = group.element(Origin::path(source.path()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Source;

    #[test]
    fn labels_of_one_text_share_a_snippet() {
        let source = Source::new("m.toml", "a = 1\nb = 2\n");
        let diagnostic =
            Diagnostic::error(Code::Config, "two keys").at(source.span(6..7), "this").at(source.span(0..1), "that");
        let expected = "\
error[config]: two keys
 --> m.toml:2:1
  |
1 | a = 1
  | - that
2 | b = 2
  | ^ this
  |
  = note: because
  = help: do";
        assert_eq!(render(&[diagnostic.note("because").help("do")], Style::Plain), expected);
    }

    #[test]
    fn a_place_without_text_is_its_path_alone() {
        let place = |path: &str| Source::new(path, "").start();
        let diagnostic = Diagnostic::warning(Code::MissingUp, "m").at(place("migrations/1_a"), "").at(place("b"), "");
        let expected = "warning[missing-up]: m\n --> migrations/1_a\n ::: b\n  = help: do";
        assert_eq!(render(&[diagnostic.help("do")], Style::Plain), expected);
    }
}
