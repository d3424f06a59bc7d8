"""A real browser: Debian's Chromium without a window, driven by its own driver."""

import shutil
import time

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update",
    "disable-sync", "disable-dev-shm-usage", "ignore-certificate-errors",
)


class Chromium:
    """One browser with a profile of its own. Certificates are not its subject: it takes any."""

    def __init__(self, profile, scripts: bool = True, width: int = 1280):
        browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if not browser or not driver:
            pytest.skip("needs Chromium and its driver: scripts/deps applications")
        options = webdriver.ChromeOptions()
        for flag in (*FLAGS, f"user-data-dir={profile}"):
            options.add_argument(f"--{flag}")
        options.binary_location = browser
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        self.driver.set_page_load_timeout(60)
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        if not scripts:
            self.command("Emulation.setScriptExecutionDisabled", value=True)

    def command(self, name: str, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def forget(self) -> None:
        """No cookies any more: another person's browser."""
        self.command("Network.clearBrowserCookies")
        self.driver.get("about:blank")
        self.driver.get_log("browser")

    def close(self) -> None:
        self.driver.quit()

    # What a person does

    def open(self, url: str) -> None:
        self.driver.get(url)

    def type(self, id: str, text: str) -> None:
        element = self.driver.find_element(By.ID, id)
        element.clear()
        element.send_keys(text)

    def click(self, id: str) -> None:
        """Clicks, and waits until the page is another."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        self.driver.find_element(By.ID, id).click()
        # Asked for an element of a page that is just going, the driver sometimes fails in words of its own.
        WebDriverWait(self.driver, 30, ignored_exceptions=[WebDriverException]).until(staleness_of(before))

    def sign_in(self, username: str, password: str) -> None:
        self.type("username", username)
        self.type("password", password)
        self.click("sign-in")

    # What a person sees

    @property
    def url(self) -> str:
        return self.driver.current_url

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def has(self, id: str) -> bool:
        return bool(self.driver.find_elements(By.ID, id))

    def arrive(self, url: str, seconds: float = 30) -> None:
        """Waits until the address is this one, or begins with it and a `?` or a `#`."""
        limit = time.monotonic() + seconds
        while self.url != url and not self.url.startswith((url + "?", url + "#")):
            assert time.monotonic() < limit, f"at {self.url}, not {url}: {self.text[:500]} {self.complaints()}"
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """What the console says is wrong; a page without an icon is an application's own business."""
        return [entry["message"] for entry in self.driver.get_log("browser") if "/favicon.ico" not in entry["message"]]
