"""`<< >>`: actions where they are meant, the shell's operators everywhere else."""

from __future__ import annotations

import pytest

import templating

DATA = {"a": "A", "b": {"c-d": "CD"}, "n": 2, "l": ["x", "y"], "yes": True}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<< .a >> {{ .a }}", "A A"),
        ("<<.a>>", "A"),
        ("<< .b.c-d >>", "CD"),
        ("<< $.a >>", "A"),
        ("<< if .yes >>on<< else >>off<< end >>", "on"),
        ("<< if not .yes >>on<< else if .a >>mid<< end >>", "mid"),
        ("<< range $i, $x := .l >><< $i >><< $x >> << end >>", "0x 1y "),
        ("<< range .l >><< . >>,<< end >>", "x,y,"),
        ("<< with .a >><< . | lower >><< end >>", "a"),
        ("<< (index .l 0) >>", "x"),
        ('<< .a | printf ">>%s" >>', ">>A"),
        ('<< upper "q" >>', "Q"),
        ('<< define "t" >>[<< . >>]<< end >><< template "t" .a >>', "[A]"),
        ("{{ if .yes }}<< .a >>{{ end }}", "A"),
        ("<< len .l >>", "2"),
        ("x << .a ->>  y", "x Ay"),
        ("<< strings.ToUpper .a >>", "A"),
        ("<< $v := .n >><< $v >>", "2"),
    ],
)
def test_actions(text: str, shown: str) -> None:
    assert templating.render(text, DATA) == shown


@pytest.mark.parametrize(
    "text",
    [
        "cat <<EOF\nEOF",
        "cat << EOF >> log\nx\nEOF",
        "cat <<-EOF >>log\n\tx\n\tEOF",
        "cat << 'EOF' >> f",
        'cat <<"EOF" >>f',
        'cat <<<"$x" >> f',
        "cat <<< .a >> f",
        "echo $((1 << 3)) $((64 >> 2))",
        "echo $((1 << 3 >> 1))",
        "x=$((a<<b)); y=$((c>>d))",
        "echo $((1 << $n >> 2))",
        "echo $((1 << (2) >> 1))",
        "1 <<2>> 3",
        "a << b\nc >> d",
        "<< not an action",
        "<< nosuchfunction .x >>",
        '<< "text" >>',
        "<< 5 >>",
        "<<- .a >>",
        "<< >>",
        "<<>>",
        "<< true >>",
        "cat << base | grep x >> f",
        "cat <<now >>f\ntext\nnow\n",
        "cat <<end >>f\nend\n",
        "<</* c */>>",
        "a <<",
        "<<",
        "<< if >>",
        "<< .a\n>>",
        "cat <<X\n>>",
        "<< EOF | upper >> x",
    ],
)
def test_text(text: str) -> None:
    assert templating.render(text, DATA) == text
    assert templating.render(text + "{{ .a }}", DATA) == text + "A"


@pytest.mark.parametrize("text", ["<< .nope >>", "<< .a.b >>", "<< .a | 5 >>"])
def test_errors(text: str) -> None:
    with pytest.raises(templating.TemplateError):
        templating.render(text, DATA)


def test_configured_pair_replaces_both() -> None:
    text = "[[ .a ]] {{ .a }} << .a >> [[- .a -]] x"
    assert templating.render(text, DATA, delimiters=("[[", "]]")) == "A {{ .a }} << .a >>Ax"
    assert templating.render("{{ .a }} << .a >>", DATA, delimiters=("{{", "}}")) == "A << .a >>"
    assert templating.render("<% .a %>{{ .a }}", DATA, delimiters=("<%", "%>")) == "A{{ .a }}"


def test_configured_angles_leave_here_documents_alone() -> None:
    text = 'cat <<EOF >>f\n<< "x" | upper >> << .a >>\nEOF\n'
    assert templating.render(text, DATA, delimiters=("<<", ">>")) == "cat <<EOF >>f\nX A\nEOF\n"


def test_blocks_around_a_shells_own_else() -> None:
    text = (
        "<< if .nope >>\nif true; then\n  echo a\nelse\n  echo b\nfi\nend\n<< else >>\necho c\n<< range .l >>\nbreak\ncontinue\n"
        '<< if eq . "y" >><< break >><< end >>\n<< end >>\n<< end >>\ncat <<end >>f\nend\n'
    )
    assert (
        templating.render(text, {**DATA, "nope": 0})
        == "\necho c\n\nbreak\ncontinue\n\n\nbreak\ncontinue\n\n\ncat <<end >>f\nend\n"
    )


def test_here_document_with_actions_inside() -> None:
    text = "cat <<EOF > f\nstack=<< .a >> {{ .n }}\nEOF\ncat <<'END' >> g\n<< .a >>\nEND\n"
    assert templating.render(text, DATA) == "cat <<EOF > f\nstack=A 2\nEOF\ncat <<'END' >> g\nA\nEND\n"


@pytest.mark.parametrize(
    "piece", ["<< x ", "<< if .x \n", "<< nosuch .x >>", "<< $x >>", "<<now >>f\nnow\n", "<< (1) >> "]
)
def test_very_many_of_them(piece: str) -> None:
    """Looking for the end of each from the start again would take minutes here."""
    assert templating.render(piece * 30_000 + "{{ .a | lower }}", DATA) == piece * 30_000 + "a"
