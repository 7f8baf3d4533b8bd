"""The guard and a real browser: who follows a link on another site's page comes in by the front door, and that page opens no socket."""

import pytest
from starlette.responses import HTMLResponse
from tests.faces.lab.asking import Lab, serving

from thalweg.faces.lab._guard import Doors, Guard

pytestmark = pytest.mark.slow

OPEN = "url => new Promise(done => { const s = new WebSocket(url); s.onopen = () => done('open'); s.onerror = () => done('refused'); })"


@pytest.mark.parametrize("site", ["localhost", "127.0.0.1"])
def test_a_link_of_another_page_leads_in_and_its_sockets_are_refused(browser, site):
    ports: list[int] = []

    def other(port: int) -> HTMLResponse:
        ports.append(port)
        return HTMLResponse(f'<a id=door href="{guard.address}">in</a> <a id=room href="http://127.0.0.1:{guard.doors.port}/room">room</a>')

    with serving(lambda port: Guard(Lab().app, Doors("127.0.0.1", port))) as guard, serving(other):
        socket = f"ws://127.0.0.1:{guard.doors.port}/room"
        page = browser.new_page()
        try:
            page.goto(f"http://{site}:{ports[0]}/")
            page.click("#door")
            page.get_by_text("the lab", exact=True).wait_for()
            assert page.url == f"http://127.0.0.1:{guard.doors.port}/"
            assert page.evaluate(OPEN, socket) == "open"
            page.goto(f"http://{site}:{ports[0]}/")
            assert page.evaluate(OPEN, socket) == "refused"
            page.click("#room")
            page.get_by_text("asked for by a page that is not the lab's").wait_for()
        finally:
            page.close()
