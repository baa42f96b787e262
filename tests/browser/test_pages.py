"""Pages of the desk in a real browser: what every one must be, keys without a mouse, and forms without JavaScript."""

import pytest


@pytest.mark.parametrize("path", ["/accounts/login/", "/fact-checks/", "/corrections/", "/methodology/"])
def test_what_everybody_may_read_is_accessible_in_every_size(visit, path):
    reader = visit()
    reader.go(path)
    reader.inspect(path.strip("/").replace("/", "-"))


PLANT = """
  () => {
    const wide = document.createElement("div");
    wide.setAttribute("style", "color: red");
    wide.style.width = "3000px";
    wide.textContent = "too wide";
    document.body.append(wide, document.createElement("select"));
  }
"""


def test_an_inspection_finds_what_is_wrong_with_a_page(visit):
    reader = visit()
    reader.go("/accounts/login/").evaluate(PLANT)

    with pytest.raises(AssertionError) as failure:
        reader.inspect("planted")

    found = str(failure.value)
    assert "planted-390-dark: 3000 of 390" in found
    assert "planted-1440-light: select-name select" in found
    assert "style-src-attr: inline" in found
    assert "the page itself counted a refusal" in found
    assert len(reader.forgive("inline style")) == 1
