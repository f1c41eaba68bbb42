"""Settings are copied without anything that opens a door."""

from __future__ import annotations

import pytest

from chatapp.settings.without_keys import without_keys

SECRET = "canary-4711"


@pytest.mark.row("S03")
@pytest.mark.parametrize(
    "line",
    [
        f'api_key = "{SECRET}"',
        f'API-Key = "{SECRET}"',
        f'headers = {{ Authorization = "Bearer {SECRET}" }}',
        f'base_url = "https://me:{SECRET}@example.org/v1"',
        f'kind = "openai" # {SECRET}',
        f"# {SECRET}",
    ],
)
def test_keys_are_left_out_wherever_they_stand(line):
    text = without_keys(f'send_key = "enter"\n[[providers]]\nname = "x"\n{line}\n')
    assert SECRET not in text
    assert 'send_key = "enter"' in text
    assert 'name = "x"' in text


def test_name_of_the_variable_of_a_key_is_no_key():
    text = '[[providers]]\nname = "x"\napi_key_env = "MY_KEY"\n'
    assert 'api_key_env = "MY_KEY"' in without_keys(text)


def test_settings_that_cannot_be_read_are_not_copied():
    assert without_keys("api_key = ") is None
